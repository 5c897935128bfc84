package dev.tocsin.sqlite;

import dev.tocsin.hub.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The stretches of the log that were found to be damaged or missing. Each is told once in the server's
/// log. Any thread may ask; guarded by itself.
final class UnreadableStretches {

  private static final Logger LOG = LoggerFactory.getLogger(UnreadableStretches.class);

  /// What is remembered; beyond it the newest finds are told, and found again.
  private static final int MAX_STRETCHES = 1_000;

  // guarded by this: the last sequence of each by its first
  private final TreeMap<Long, Long> stretches = new TreeMap<>();

  /// Adds what was found, unless it is known.
  synchronized void add(long from, long to) {
    Map.Entry<Long, Long> known = stretches.floorEntry(from);
    if (known != null && known.getValue() >= to) {
      return;
    }
    boolean isNew = known == null || known.getValue() < from - 1;
    // One line for each place, not for each look that finds it to be larger.
    LOG.atLevel(isNew ? Level.ERROR : Level.DEBUG)
        .addKeyValue("from", from)
        .addKeyValue("to", to)
        .log(
            "events of the log cannot be read: they are passed over from now on, and who asks for"
                + " them is told");
    long first = known == null || isNew ? from : known.getKey();
    long last = to;
    for (Map.Entry<Long, Long> next = stretches.ceilingEntry(first);
        next != null && next.getKey() <= last + 1;
        next = stretches.ceilingEntry(first)) {
      last = Math.max(last, next.getValue());
      stretches.remove(next.getKey());
    }
    if (stretches.size() < MAX_STRETCHES) {
      stretches.put(first, last);
    }
  }

  /// The stretch that a sequence is in.
  synchronized Optional<Stretch> at(long sequence) {
    Map.Entry<Long, Long> entry = stretches.floorEntry(sequence);
    return entry == null || entry.getValue() < sequence
        ? Optional.empty()
        : Optional.of(new Stretch(entry.getKey(), entry.getValue()));
  }

  /// All of them, ascending.
  synchronized List<Stretch> all() {
    List<Stretch> all = new ArrayList<>(stretches.size());
    stretches.forEach((from, to) -> all.add(new Stretch(from, to)));
    return all;
  }

  /// Forgets what retention has thrown away.
  ///
  /// @param oldest the oldest sequence that is left
  synchronized void forgetBefore(long oldest) {
    stretches.headMap(oldest).values().removeIf(to -> to < oldest);
  }
}
