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

  // written under the lock, read by any
  private volatile List<Stretch> all = List.of();

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
    all = List.copyOf(listed(stretches));
  }

  /// The stretch that a sequence is in.
  synchronized Optional<Stretch> at(long sequence) {
    Map.Entry<Long, Long> entry = stretches.floorEntry(sequence);
    return entry == null || entry.getValue() < sequence
        ? Optional.empty()
        : Optional.of(new Stretch(entry.getKey(), entry.getValue()));
  }

  /// Those that have something between two sequences, ascending.
  synchronized List<Stretch> between(long low, long high) {
    if (stretches.isEmpty()) {
      return List.of();
    }
    Long first = stretches.floorKey(low);
    return listed(stretches.subMap(first == null ? low : first, true, high, true)).stream()
        .filter(stretch -> stretch.to() >= low)
        .toList();
  }

  private static List<Stretch> listed(Map<Long, Long> stretches) {
    List<Stretch> listed = new ArrayList<>(stretches.size());
    stretches.forEach((from, to) -> listed.add(new Stretch(from, to)));
    return listed;
  }

  /// All of them, ascending. Costs nothing.
  List<Stretch> all() {
    return all;
  }

  /// Forgets what retention has thrown away.
  ///
  /// @param oldest the oldest sequence that is left
  synchronized void forgetBefore(long oldest) {
    stretches.headMap(oldest).values().removeIf(to -> to < oldest);
    all = List.copyOf(listed(stretches));
  }
}
