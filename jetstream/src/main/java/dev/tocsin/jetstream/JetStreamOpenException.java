package dev.tocsin.jetstream;

import org.jspecify.annotations.Nullable;

/// The log could not be opened, for a reason that an operator can do something about. The message is a
/// sentence for him, with what to do; it says no secret.
public final class JetStreamOpenException extends Exception {

  private static final long serialVersionUID = 1;

  JetStreamOpenException(String message) {
    super(message);
  }

  JetStreamOpenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
