package dev.tocsin.app;

import dev.tocsin.events.PayloadError;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What became of the lines of a file, in their order: the first refused ones are told one by one, the others
/// counted. For one thread at a time.
final class PublishReport {

  /// How many refused lines are told one by one.
  static final int SHOWN_LINES = 20;

  /// How many faults of one line are told.
  private static final int SHOWN_FAULTS = 3;

  private final Surroundings surroundings;
  private final Map<String, Integer> notShown = new TreeMap<>();
  private long accepted;
  private long refused;
  private long repeated;
  private long firstSequence;
  private long lastSequence;
  private long newestBefore = -1;

  PublishReport(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// The newest sequence of the log before anything was published.
  void begin(long newest) {
    newestBefore = newest;
  }

  /// A line is in the log.
  void accepted(long sequence) {
    accepted++;
    if (sequence <= newestBefore) {
      repeated++;
    }
    firstSequence = firstSequence == 0 ? sequence : Math.min(firstSequence, sequence);
    lastSequence = Math.max(lastSequence, sequence);
  }

  /// A line was refused.
  void refused(long line, String code, String message, List<PayloadError> faults) {
    refused++;
    if (refused > SHOWN_LINES) {
      if (refused == SHOWN_LINES + 1) {
        surroundings.say("further refused lines are counted, and not shown");
      }
      notShown.merge(code, 1, Integer::sum);
      return;
    }
    surroundings.say(EventText.placed(line, code + ": " + message));
    faults.stream()
        .limit(SHOWN_FAULTS)
        .forEach(fault ->
            surroundings.say(
                "  "
                    + (fault.path().isEmpty() ? "(payload)" : fault.path())
                    + "  "
                    + fault.message()));
    if (faults.size() > SHOWN_FAULTS) {
      surroundings.say("  and " + (faults.size() - SHOWN_FAULTS) + " more");
    }
  }

  boolean hasRefusals() {
    return refused > 0;
  }

  /// The last word: how much was published, on stdout.
  void summarise() {
    if (!notShown.isEmpty()) {
      surroundings.say(
          "and "
              + notShown.values().stream().mapToInt(Integer::intValue).sum()
              + " more refused lines: "
              + notShown.entrySet().stream()
                  .map(code -> code.getValue() + " " + code.getKey())
                  .collect(Collectors.joining(", ")));
    }
    surroundings
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "published %d of %d events%s%s",
                accepted,
                accepted + refused,
                accepted == 0
                    ? ""
                    : String.format(
                        Locale.ROOT, " (sequences %d to %d)", firstSequence, lastSequence),
                repeated == 0
                    ? ""
                    : String.format(
                        Locale.ROOT,
                        "; %d of them were in the log already, from an earlier run",
                        repeated)));
  }
}
