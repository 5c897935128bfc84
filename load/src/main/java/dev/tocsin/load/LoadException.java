package dev.tocsin.load;

/// A load cannot be run, or not to its end. The message is a sentence for the user.
public final class LoadException extends Exception {

  private static final long serialVersionUID = 1L;

  LoadException(String message) {
    super(message);
  }

  LoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
