package dev.tocsin.sqlite;

import org.jspecify.annotations.Nullable;

/// The log could not be opened, for a reason that an operator can do something about. The message is a
/// sentence for him, with what to do.
public final class LogOpenException extends Exception {

  private static final long serialVersionUID = 1;

  LogOpenException(String message) {
    super(message);
  }

  LogOpenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
