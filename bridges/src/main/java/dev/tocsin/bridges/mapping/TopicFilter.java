package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Faults;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which topics are meant, as MQTT writes it: levels between slashes, `+` for any one level, `#` as the last for all that
/// follow, none as well. Neither stands for a first level that begins with `$`. Immutable.
///
/// @param levels `#` only as the last
public record TopicFilter(List<String> levels) {

  /// The longest topic, in bytes; MQTT has no longer ones.
  public static final int MAX_LENGTH = 65_535;

  /// What a broker takes for a subscription that several clients share; messages come by their own topics.
  private static final String SHARED = "$share/";

  public TopicFilter {
    levels = List.copyOf(levels);
  }

  /// What is wrong with a filter, in words; `null` when nothing is.
  public static @Nullable String fault(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_LENGTH) {
      return "is longer than a topic may be";
    }
    if (text.startsWith(SHARED)) {
      return "is a shared subscription: name the topics themselves, each bridge hears them all";
    }
    if (text.indexOf('\0') >= 0) {
      return "holds a NUL character";
    }
    List<String> levels = split(text);
    for (int i = 0; i < levels.size(); i++) {
      String level = levels.get(i);
      boolean isWild = level.equals("+") || level.equals("#");
      if (!isWild && (level.contains("+") || level.contains("#"))) {
        return "has a level " + Faults.quoted(level) + "; + and # stand alone between the slashes";
      }
      if (level.equals("#") && i < levels.size() - 1) {
        return "has # before its end; # stands for all that follows";
      }
    }
    return null;
  }

  /// A filter without fault.
  public static TopicFilter of(String text) {
    String fault = fault(text);
    if (fault != null) {
      throw new IllegalArgumentException(Faults.quoted(text) + ' ' + fault);
    }
    return new TopicFilter(split(text));
  }

  /// The levels of a topic or a filter.
  public static List<String> split(String text) {
    return List.of(text.split("/", -1));
  }

  private boolean isOpen() {
    return levels.getLast().equals("#");
  }

  /// Whether some topic that is meant has a level of this number, from 0.
  boolean mayHave(int level) {
    return isOpen() || level < levels.size();
  }

  /// Whether it is a topic itself, the only one that is meant.
  boolean isOneTopic() {
    return !isOpen() && !levels.contains("+");
  }

  /// What all topics that are meant have as a level, from 0; `null` where they differ.
  @Nullable String fixed(int level) {
    String text = level < levels.size() ? levels.get(level) : "#";
    return text.equals("+") || text.equals("#") ? null : text;
  }

  /// Whether a topic is meant.
  public boolean matches(List<String> topic) {
    int fixed = isOpen() ? levels.size() - 1 : levels.size();
    if (topic.size() < fixed || (!isOpen() && topic.size() > fixed)) {
      return false;
    }
    if (topic.getFirst().startsWith("$") && !levels.getFirst().startsWith("$")) {
      return false;
    }
    for (int i = 0; i < fixed; i++) {
      String level = levels.get(i);
      if (!level.equals("+") && !level.equals(topic.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return String.join("/", levels);
  }
}
