package dev.tocsin.bridges.description;

/// A secret is not to be had, or is none that its scheme can use. The message is a sentence without any of it.
public final class MissingSecretException extends Exception {

  private static final long serialVersionUID = 1;

  /// @param message a sentence without any of the secret
  public MissingSecretException(String message) {
    super(message);
  }
}
