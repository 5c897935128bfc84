package dev.tocsin.websocket;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many WebSockets there were, and how they ended.
///
/// @param opened since the server began
/// @param closed by the code of the close frame that came first; 1006 where there was none
/// @param closedOtherwise without a code, or with one of a client's own making
public record WebSocketFigures(long opened, SortedMap<Integer, Long> closed, long closedOtherwise) {

  public WebSocketFigures {
    closed = Collections.unmodifiableSortedMap(new TreeMap<>(closed));
  }

  /// Those that are open.
  public long open() {
    return opened - closedOtherwise - closed.values().stream().mapToLong(Long::longValue).sum();
  }
}
