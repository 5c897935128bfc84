package dev.tocsin.access;

import dev.tocsin.events.Rejection;
import java.util.regex.Pattern;

/// A file of credentials, or the setting that names one, is not what it should be; the message is a sentence for whoever wrote it, without anything secret.
public final class BrokenFileException extends Exception {

  private static final long serialVersionUID = 1;

  /// The word of the text that is no JSON.
  private static final Pattern WORD =
      Pattern.compile("There is no JSON value '.*'", Pattern.DOTALL);

  BrokenFileException(String message) {
    super(message);
  }

  /// Why a text is no JSON, without the word that is wrong in it: whoever names the wrong file, or forgets quotes, has a
  /// secret there.
  static String reason(Rejection rejection) {
    return WORD.matcher(rejection.message()).replaceFirst("There is no JSON value");
  }
}
