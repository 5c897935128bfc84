package dev.tocsin.http;

/// A file of TLS cannot be used. The message is a sentence that names the file and what is wrong with it.
final class TlsFileException extends Exception {

  private static final long serialVersionUID = 1L;

  TlsFileException(String message) {
    super(message);
  }

  TlsFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
