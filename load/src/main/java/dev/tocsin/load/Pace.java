package dev.tocsin.load;

/// When the next event is published.
public sealed interface Pace {

  /// At fixed times, whatever the server does. A latency counts from the time at which the event was
  /// due, so that one that could not be sent in time is not left out (no coordinated omission).
  ///
  /// @param eventsPerSecond above 0
  record OpenLoop(double eventsPerSecond) implements Pace {

    public OpenLoop {
      if (!(eventsPerSecond > 0) || eventsPerSecond > 10_000_000) {
        throw new IllegalArgumentException("the rate is above 0, up to 10,000,000 events a second");
      }
    }
  }

  /// As soon as fewer than so many events are on their way: an event is on its way until all
  /// connections that want it have it.
  ///
  /// @param events at least 1
  record InFlight(int events) implements Pace {

    public InFlight {
      if (events < 1 || events > 1_000_000) {
        throw new IllegalArgumentException("between 1 and 1,000,000 events are in flight");
      }
    }
  }

  /// Never: connections only.
  record Idle() implements Pace {}
}
