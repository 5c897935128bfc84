package dev.tocsin.gateway;

import java.util.Locale;

/// How a connection that events go to fares, in one word.
enum Standing {
  /// It gets events as they come.
  LIVE,
  /// It lags: the next page of the log is being read for it, or waits for its turn.
  READING_LOG,
  /// It lags: it has not taken what was sent to it.
  WAITING_FOR_SOCKET,
  /// It lags: it has resumed so much that it waits until its principal's debt is paid.
  IN_DEBT,
  /// It lags: there is no memory at the moment for another page.
  WAITING_FOR_MEMORY,
  /// It has resumed from a position that has not come to this server yet.
  AWAITING_POSITION,
  /// It has not said yet who it is.
  UNAUTHENTICATED,
  /// It ends.
  CLOSING;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  String wireName() {
    return wireName;
  }

  /// Whether it lags.
  boolean isLagging() {
    return switch (this) {
      case READING_LOG, WAITING_FOR_SOCKET, IN_DEBT, WAITING_FOR_MEMORY, AWAITING_POSITION -> true;
      case LIVE, UNAUTHENTICATED, CLOSING -> false;
    };
  }
}
