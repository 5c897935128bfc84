package dev.tocsin.sqlite;

import dev.tocsin.hub.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The stretches of the log that were found to be damaged or missing. The server's log is told of each once:
/// of the first at once, of those that are found soon after it in one line together. Any thread may
/// ask; guarded by itself.
final class UnreadableStretches {

  private static final Logger LOG = LoggerFactory.getLogger(UnreadableStretches.class);

  /// What is remembered; beyond it the newest finds are found again, and not told here.
  static final int MAX_STRETCHES = 1_000;

  /// The least time between two lines.
  static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LongSupplier nanoTime;

  // guarded by this: the last sequence of each by its first
  private final TreeMap<Long, Long> stretches = new TreeMap<>();
  private boolean overflows;

  // guarded by this: what has been found since the last line
  private boolean told;
  private long toldNanos;
  private int untold;
  private long untoldFrom;
  private long untoldTo;

  // written under the lock, read by any
  private volatile List<Stretch> all = List.of();

  /// @param nanoTime see [System#nanoTime]
  UnreadableStretches(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Adds what was found, unless it is known. What touches a known stretch, on either side, is a part of it.
  synchronized void add(long from, long to) {
    Map.Entry<Long, Long> below = stretches.floorEntry(from);
    if (below != null && below.getValue() >= to) {
      return;
    }
    long first = from;
    long last = to;
    boolean isNew = true;
    if (below != null && below.getValue() >= from - 1) {
      first = below.getKey();
      isNew = false;
    }
    for (Map.Entry<Long, Long> next = stretches.ceilingEntry(first);
        next != null && next.getKey() <= last + 1;
        next = stretches.ceilingEntry(first)) {
      last = Math.max(last, next.getValue());
      stretches.remove(next.getKey());
      isNew = false;
    }
    if (stretches.size() < MAX_STRETCHES) {
      stretches.put(first, last);
      all = List.copyOf(listed(stretches));
    } else {
      overflow();
      return;
    }
    if (isNew) {
      untoldFrom = untold == 0 ? first : Math.min(untoldFrom, first);
      untoldTo = untold == 0 ? last : Math.max(untoldTo, last);
      untold++;
      tell();
    }
  }

  private void overflow() {
    if (!overflows) {
      overflows = true;
      LOG.atError()
          .addKeyValue("stretches", MAX_STRETCHES)
          .log("more of the log is damaged than is remembered: only who asks is told of the rest");
    }
  }

  /// Tells what has been found since the last line, unless that was a moment ago. Now and then.
  synchronized void tell() {
    if (untold > 0 && (!told || nanoTime.getAsLong() - toldNanos >= QUIET_NANOS)) {
      tellRest();
    }
  }

  /// Tells what has been found since the last line, in the end.
  synchronized void tellRest() {
    if (untold == 0) {
      return;
    }
    LOG.atError()
        .addKeyValue("from", untoldFrom)
        .addKeyValue("to", untoldTo)
        .addKeyValue("stretches", untold)
        .log(
            "events of the log cannot be read: they are passed over from now on, and who asks for"
                + " them is told");
    told = true;
    toldNanos = nanoTime.getAsLong();
    untold = 0;
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
    if (stretches.headMap(oldest).values().removeIf(to -> to < oldest)) {
      all = List.copyOf(listed(stretches));
      overflows = false;
    }
  }
}
