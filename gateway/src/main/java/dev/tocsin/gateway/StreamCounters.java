package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts the streams of one kind. Any thread.
final class StreamCounters {

  private final LongAdder opened = new LongAdder();
  private final Map<Integer, LongAdder> closed = new ConcurrentHashMap<>();

  /// How many streams there were, and how they ended.
  ///
  /// @param opened since the server began
  /// @param closed by the code with which a WebSocket would have been closed; 1006 where the client has gone
  record Figures(long opened, SortedMap<Integer, Long> closed) {

    /// Those that are open.
    long open() {
      return Math.max(0, opened - closed.values().stream().mapToLong(Long::longValue).sum());
    }
  }

  /// Those of every kind.
  static Map<StreamKind, StreamCounters> ofEveryKind() {
    Map<StreamKind, StreamCounters> all = new EnumMap<>(StreamKind.class);
    for (StreamKind kind : StreamKind.values()) {
      all.put(kind, new StreamCounters());
    }
    return all;
  }

  void noteOpened() {
    opened.increment();
  }

  /// Counts an end.
  ///
  /// @param code see [CloseCode]
  void noteClosed(int code) {
    closed.computeIfAbsent(code, first -> new LongAdder()).increment();
  }

  /// What has been counted so far.
  Figures figures() {
    SortedMap<Integer, Long> byCode = new TreeMap<>();
    closed.forEach((code, count) -> byCode.put(code, count.sum()));
    return new Figures(opened.sum(), byCode);
  }
}
