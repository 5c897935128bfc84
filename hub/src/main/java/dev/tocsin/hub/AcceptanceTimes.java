package dev.tocsin.hub;

import java.util.Map;
import java.util.TreeMap;

/// When the events of a log in memory were accepted: one mark for each time at which some were.
/// Unsynchronised.
///
/// The times ascend: while the clock tells an earlier time than it has told before, the one before counts on.
final class AcceptanceTimes {

  /// The first sequence that was accepted at a time.
  private final TreeMap<Long, Long> firstAt = new TreeMap<>();

  /// Notes an event.
  void note(long sequence, long millis) {
    firstAt.putIfAbsent(firstAt.isEmpty() ? millis : Math.max(millis, firstAt.lastKey()), sequence);
  }

  /// Forgets what is older than the oldest event that is left.
  void forgetBefore(long oldest) {
    while (firstAt.size() > 1) {
      long first = firstAt.firstKey();
      Map.Entry<Long, Long> second = firstAt.higherEntry(first);
      if (second == null || second.getValue() > oldest) {
        return;
      }
      firstAt.remove(first);
    }
  }

  /// The first sequence that was accepted at a time or later; `otherwise` when there is none.
  long firstFrom(long millis, long otherwise) {
    Map.Entry<Long, Long> entry = firstAt.ceilingEntry(millis);
    return entry == null ? otherwise : entry.getValue();
  }
}
