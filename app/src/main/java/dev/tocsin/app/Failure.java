package dev.tocsin.app;

/// A command cannot do what it was asked to, for a reason that the user can do something about. The
/// message is a sentence for the user; the exit code is 1.
final class Failure extends Exception {

  private static final long serialVersionUID = 1L;

  Failure(String message) {
    super(message);
  }

  Failure(String message, Throwable cause) {
    super(message, cause);
  }
}
