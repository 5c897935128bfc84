package dev.tocsin.server;

import dev.tocsin.events.WebSocketEvent;
import org.slf4j.LoggerFactory;

/// Takes events within the process, see [TocsinServer#follow].
///
/// Its methods are called one at a time, in the order of the log, on a virtual thread of the following's own. They may block:
/// then nothing else waits, and the following reads on from the log afterwards. What they throw is logged, and the next event
/// comes.
@FunctionalInterface
public interface EventFollower {

  /// One event.
  void onEvent(WebSocketEvent event);

  /// Events can never be handed on: the log has thrown them away or lost them. Unless it is overridden, it is logged.
  ///
  /// @param from the first sequence
  /// @param to the last one
  default void onGap(long from, long to) {
    LoggerFactory.getLogger(EventFollower.class)
        .atWarn()
        .addKeyValue("from", from)
        .addKeyValue("to", to)
        .log("a follower has missed events");
  }

  /// The log has begun a new epoch, so that nobody can say what was missed; what follows comes after `newest`. That
  /// happens to a log that others share. Unless it is overridden, it is logged.
  default void onRestarted(String epoch, long newest) {
    LoggerFactory.getLogger(EventFollower.class)
        .atWarn()
        .addKeyValue("epoch", epoch)
        .addKeyValue("newest", newest)
        .log("a follower goes on in a new epoch");
  }
}
