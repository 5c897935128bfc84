package dev.tocsin.hub;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts by what is counted, from the first one on. Any thread.
///
/// @param <K> of which there are few
final class Counts<K> {

  private final ConcurrentHashMap<K, LongAdder> counts = new ConcurrentHashMap<>();

  void increment(K key) {
    LongAdder count = counts.get(key);
    if (count == null) {
      count = counts.computeIfAbsent(key, k -> new LongAdder());
    }
    count.increment();
  }

  boolean knows(K key) {
    return counts.containsKey(key);
  }

  /// How many are told apart.
  int size() {
    return counts.size();
  }

  /// As they are now.
  Map<K, Long> now() {
    Map<K, Long> now = new HashMap<>();
    counts.forEach((key, count) -> now.put(key, count.sum()));
    return now;
  }
}
