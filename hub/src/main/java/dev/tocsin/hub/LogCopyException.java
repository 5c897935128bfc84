package dev.tocsin.hub;

import org.jspecify.annotations.Nullable;

/// A log could not be copied, for a reason that an operator can do something about. The message is a sentence for him, with
/// what to do.
public final class LogCopyException extends Exception {

  private static final long serialVersionUID = 1;

  public LogCopyException(String message) {
    super(message);
  }

  public LogCopyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
