package dev.tocsin.jetstream;

import dev.tocsin.hub.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The parts of the stream in which there may be messages that are no event. A reading of some types reads such a part whole,
/// so that it tells what is missing there; all else it asks for by subject.
///
/// At first these are the parts that the record of the epoch names, and all behind the event that vouches for it: a search
/// through them ([ForeignSearch]) leaves what is really there. Then come those that the follower meets. A stream in which only
/// gateways have published has none, but for a moment. Any thread.
final class ForeignParts {

  /// How many parts are told apart. Beyond that the two that are nearest to each other become one.
  static final int MAX_PARTS = 1_024;

  /// How many parts the record of the epoch names.
  static final int MAX_RECORDED = 32;

  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final NavigableMap<Long, Long> parts = new TreeMap<>();
  private long epochs;
  private long end;

  /// A new epoch begins, or the first one: nothing else is known of the stream.
  ///
  /// @param told up to the newest message, or beyond
  void begin(List<Stretch> told, StreamInfo info) {
    lock.lock();
    try {
      epochs++;
      end = info.last();
      parts.clear();
      told.forEach(part -> put(part.from(), Math.min(part.to(), info.last())));
      dropBefore(info.first());
    } finally {
      lock.unlock();
    }
  }

  /// Another number in each epoch.
  long epoch() {
    lock.lock();
    try {
      return epochs;
    } finally {
      lock.unlock();
    }
  }

  /// The newest sequence when the epoch began: what comes after it the follower meets.
  long end() {
    lock.lock();
    try {
      return end;
    } finally {
      lock.unlock();
    }
  }

  /// A message is no event.
  void add(long sequence) {
    lock.lock();
    try {
      put(sequence, sequence);
    } finally {
      lock.unlock();
    }
  }

  /// What follows a position, up to another, was looked through.
  ///
  /// @param epoch in which that was
  /// @param found the sequences of what is no event
  void lookedThrough(long epoch, long after, long to, List<Long> found) {
    lock.lock();
    try {
      if (epoch != epochs || to <= after) {
        return;
      }
      cut(after, to);
      found.forEach(sequence -> put(sequence, sequence));
    } finally {
      lock.unlock();
    }
  }

  /// Takes a stretch out of all parts.
  private void cut(long after, long to) {
    Map.Entry<Long, Long> part = parts.lowerEntry(to + 1);
    while (part != null && part.getValue() > after) {
      parts.remove(part.getKey());
      if (part.getValue() > to) {
        parts.put(to + 1, part.getValue());
      }
      if (part.getKey() <= after) {
        parts.put(part.getKey(), after);
      }
      part = parts.lowerEntry(part.getKey());
    }
  }

  private void put(long from, long to) {
    if (from > to) {
      return;
    }
    long first = from;
    long last = to;
    // Those that overlap it or are next to it.
    Map.Entry<Long, Long> part = parts.floorEntry(to + 1);
    while (part != null && part.getValue() >= from - 1) {
      parts.remove(part.getKey());
      first = Math.min(first, part.getKey());
      last = Math.max(last, part.getValue());
      part = parts.floorEntry(to + 1);
    }
    parts.put(first, last);
    if (parts.size() > MAX_PARTS) {
      joinNearest(parts);
    }
  }

  private static void joinNearest(NavigableMap<Long, Long> some) {
    Map.Entry<Long, Long> before = null;
    Map.Entry<Long, Long> left = null;
    long right = 0;
    long least = Long.MAX_VALUE;
    for (Map.Entry<Long, Long> part : some.entrySet()) {
      if (before != null && part.getKey() - before.getValue() < least) {
        least = part.getKey() - before.getValue();
        left = before;
        right = part.getKey();
      }
      before = part;
    }
    if (left != null) {
      Long to = some.remove(right);
      some.put(left.getKey(), to == null ? left.getValue() : to);
    }
  }

  /// The first part that ends after a position; `null` when there is none.
  @Nullable Stretch after(long position) {
    lock.lock();
    try {
      Map.Entry<Long, Long> part = parts.floorEntry(position + 1);
      if (part == null || part.getValue() <= position) {
        part = parts.higherEntry(position);
      }
      return stretch(part);
    } finally {
      lock.unlock();
    }
  }

  /// The last part that begins at a sequence or before it; `null` when there is none.
  @Nullable Stretch upTo(long sequence) {
    lock.lock();
    try {
      return stretch(parts.floorEntry(sequence));
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable Stretch stretch(Map.@Nullable Entry<Long, Long> part) {
    return part == null ? null : new Stretch(part.getKey(), part.getValue());
  }

  /// Forgets what is below the oldest message of the stream.
  void forgetBefore(long oldest) {
    lock.lock();
    try {
      dropBefore(oldest);
    } finally {
      lock.unlock();
    }
  }

  private void dropBefore(long oldest) {
    cut(0, oldest - 1);
  }

  /// The parts as the record of the epoch names them: [#MAX_RECORDED] at most, joined where there are more.
  List<Stretch> recorded() {
    NavigableMap<Long, Long> some;
    lock.lock();
    try {
      some = new TreeMap<>(parts);
    } finally {
      lock.unlock();
    }
    while (some.size() > MAX_RECORDED) {
      joinNearest(some);
    }
    List<Stretch> stretches = new ArrayList<>(some.size());
    some.forEach((from, to) -> stretches.add(new Stretch(from, to)));
    return stretches;
  }
}
