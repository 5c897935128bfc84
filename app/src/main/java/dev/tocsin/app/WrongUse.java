package dev.tocsin.app;

/// Options or arguments that make no sense, or not together. The message is a sentence for the
/// user; the exit code is 2.
final class WrongUse extends Exception {

  private static final long serialVersionUID = 1L;

  WrongUse(String message) {
    super(message);
  }
}
