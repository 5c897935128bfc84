package dev.tocsin.client;

/// The events of the past with which a subscription begins, so that an application sees the present state first. They are told
/// to [ClientListener#onInitialEvent] and to handlers, in the order of the log, before any live event.
public sealed interface Beginning {

  /// Of each event type and key the newest event, 10,000 at the most.
  record Latest() implements Beginning {}

  /// The newest events that match.
  ///
  /// @param count how many at the most; a server gives 1,000
  record Last(int count) implements Beginning {

    /// @throws IllegalArgumentException when it is not positive
    public Last {
      if (count < 1) {
        throw new IllegalArgumentException("not a positive number of events: " + count);
      }
    }
  }

  /// See [Latest].
  static Beginning latest() {
    return new Latest();
  }

  /// See [Last].
  static Beginning last(int count) {
    return new Last(count);
  }

  /// How it is said in a query.
  default String parameter() {
    return switch (this) {
      case Latest latest -> "latest=true";
      case Last(int count) -> "last=" + count;
    };
  }
}
