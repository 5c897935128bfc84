package dev.tocsin.access;

/// A token is refused; the message is a sentence for the operator without any part of the token.
final class RefusedTokenException extends Exception {

  private static final long serialVersionUID = 1;

  RefusedTokenException(String message) {
    // Anyone can send such tokens: without the cost of a stack trace.
    super(message, null, false, false);
  }
}
