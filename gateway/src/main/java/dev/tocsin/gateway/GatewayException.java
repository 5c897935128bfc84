package dev.tocsin.gateway;

/// The gateway could not start, for a reason that the user can do something about. The message is a
/// sentence for him.
public final class GatewayException extends Exception {

  private static final long serialVersionUID = 1;

  GatewayException(String message) {
    super(message);
  }

  GatewayException(String message, Throwable cause) {
    super(message, cause);
  }
}
