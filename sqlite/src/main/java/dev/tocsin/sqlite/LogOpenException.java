package dev.tocsin.sqlite;

import org.jspecify.annotations.Nullable;

/// The log could not be opened, for a reason that an operator can do something about. The message is a
/// sentence for him, with what to do.
public final class LogOpenException extends Exception {

  private static final long serialVersionUID = 1;

  LogOpenException(String message) {
    super(message);
  }

  /// The message for somebody who embeds the log: `--data` is the program's word for its folder.
  public String withoutOptions() {
    return String.valueOf(getMessage())
        .replace("choose another --data", "choose another folder")
        .replace("check --data", "check the folder");
  }

  LogOpenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
