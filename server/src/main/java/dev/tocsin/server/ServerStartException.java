package dev.tocsin.server;

/// A server could not start, for a reason that somebody can do something about. The message is a sentence for him.
public final class ServerStartException extends RuntimeException {

  private static final long serialVersionUID = 1;

  ServerStartException(String message, Exception cause) {
    super(message, cause);
  }
}
