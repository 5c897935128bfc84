package dev.tocsin.websocket;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts the WebSockets of a server. Any thread.
public final class WebSocketCounters {

  /// From here on codes are of the peers' own making, and there are too many of them to be told apart.
  private static final int FIRST_OWN_CODE = 3_000;

  private final LongAdder opened = new LongAdder();
  private final Map<Integer, LongAdder> closed = new ConcurrentHashMap<>();
  private final LongAdder closedOtherwise = new LongAdder();

  void noteOpened() {
    opened.increment();
  }

  /// Counts the end of a connection.
  ///
  /// @param ours whether the code is this server's
  void noteClosed(int code, boolean ours) {
    if (ours || (code > 0 && code < FIRST_OWN_CODE)) {
      closed.computeIfAbsent(code, first -> new LongAdder()).increment();
    } else {
      closedOtherwise.increment();
    }
  }

  /// What has been counted so far.
  public WebSocketFigures figures() {
    SortedMap<Integer, Long> byCode = new TreeMap<>();
    closed.forEach((code, count) -> byCode.put(code, count.sum()));
    return new WebSocketFigures(opened.sum(), byCode, closedOtherwise.sum());
  }
}
