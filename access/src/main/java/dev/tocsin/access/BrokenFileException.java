package dev.tocsin.access;

/// A file of credentials, or the setting that names one, is not what it should be; the message is a sentence for whoever wrote
/// it, without anything secret.
public final class BrokenFileException extends Exception {

  private static final long serialVersionUID = 1;

  BrokenFileException(String message) {
    super(message);
  }
}
