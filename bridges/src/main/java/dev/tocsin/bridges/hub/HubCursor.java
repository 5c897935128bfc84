package dev.tocsin.bridges.hub;

import java.time.Duration;
import java.util.List;

/// A place in the log that moves on as a bridge asks for more: nothing is read ahead without a bound, and a bridge that does
/// not ask costs nothing. For one thread at a time, but [#newest] and [#close].
public interface HubCursor extends AutoCloseable {

  /// What comes next in the log.
  sealed interface Step {

    /// Events in their order, and how far the log has been looked through; no events when none of what was looked through was
    /// wanted.
    ///
    /// @param upTo where to go on when they are done with
    record Events(List<FollowedEvent> events, HubPosition upTo) implements Step {
      public Events {
        events = List.copyOf(events);
      }
    }

    /// The log does not hold these any more: retention was faster.
    record Lost(long from, long to, HubPosition upTo) implements Step {}

    /// It is another log than that of the position, or has become one: it goes on from here, and what was between is not known.
    record Restarted(HubPosition upTo) implements Step {}

    /// The hub is not to be had at the moment; the cursor tries again by itself.
    ///
    /// @param sentence why
    record Unavailable(String sentence) implements Step {}
  }

  /// Waits for the next step.
  ///
  /// @param atMost how long; when it is over there is a step without events
  Step next(Duration atMost) throws InterruptedException;

  /// The newest sequence of the log, as far as it is known: how far behind a bridge is. Any thread, also when it is closed.
  long newest();

  /// Ends it, also while another thread waits in [#next].
  @Override
  void close();
}
