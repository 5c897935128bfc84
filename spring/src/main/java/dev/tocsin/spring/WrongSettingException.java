package dev.tocsin.spring;

import org.jspecify.annotations.Nullable;

/// The application cannot start as it is set up. The message is a sentence that says what is wrong and where.
final class WrongSettingException extends IllegalStateException {

  private static final long serialVersionUID = 1;

  private final String remedy;

  /// @param remedy what can be done about it, a sentence
  WrongSettingException(String message, String remedy, @Nullable Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
