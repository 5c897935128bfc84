package dev.tocsin.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The server could not start, for a reason that the user can do something about. The message is a
/// sentence for the user.
public final class StartFailedException extends Exception {

  private static final long serialVersionUID = 1;

  /// What the program's options have to do with it.
  private static final Pattern OPTION = Pattern.compile(" \\(--[a-z-]+ picks another\\)");

  /// The message for somebody who embeds the server, and has no options.
  public String withoutOptions() {
    return OPTION.matcher(String.valueOf(getMessage())).replaceAll("");
  }

  StartFailedException(String message) {
    super(message);
  }

  StartFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
