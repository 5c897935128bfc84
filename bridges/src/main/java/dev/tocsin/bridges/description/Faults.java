package dev.tocsin.bridges.description;

import dev.tocsin.events.Excerpt;
import dev.tocsin.events.Suggestions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What is wrong in a file, gathered while it is read. Further faults than [#MAX_TOLD] are only counted. One thread.
public final class Faults {

  /// How many are told.
  public static final int MAX_TOLD = 100;

  private static final int MAX_WORD = 60;

  private final Places places;
  private final List<BridgeFault> told = new ArrayList<>();
  private final Suggestions.Budget suggestions = new Suggestions.Budget();
  private int more;

  /// @param content the file, in whose lines they are
  public Faults(byte[] content) {
    this(Places.of(content));
  }

  private Faults(Places places) {
    this.places = places;
  }

  /// None yet, of the same file.
  public Faults none() {
    return new Faults(places);
  }

  void add(String pointer, String message) {
    if (told.size() < MAX_TOLD) {
      told.add(new BridgeFault(pointer, places.line(pointer), message));
    } else {
      more++;
    }
  }

  /// Adds what is wrong with a word, and which one may have been meant: the nearest, or where none is near all of them.
  void addWord(String pointer, String message, String word, Collection<String> known) {
    String hint =
        (suggestions.take() ? Suggestions.nearest(word, known) : Optional.<String>empty())
            .map(nearest -> "; did you mean " + quoted(nearest) + "?")
            .orElseGet(() -> all(known));
    add(pointer, message + hint);
  }

  private static String all(Collection<String> known) {
    return known.isEmpty() || known.size() > 12
        ? ""
        : "; there " + (known.size() == 1 ? "is " : "are ") + String.join(", ", known);
  }

  /// Whether nothing is wrong.
  public boolean isEmpty() {
    return told.isEmpty();
  }

  /// How many there are.
  public int count() {
    return told.size() + more;
  }

  /// Those that are told, and as the last how many others there are.
  public List<BridgeFault> told() {
    List<BridgeFault> all = new ArrayList<>(told);
    if (more > 0) {
      all.add(new BridgeFault("", 0, "and " + more + " more"));
    }
    return List.copyOf(all);
  }

  /// A word as a sentence shows it: cut where it is long, without control characters.
  public static String quoted(String word) {
    String shown = Excerpt.of(word, MAX_WORD);
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }
}
