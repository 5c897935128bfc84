package dev.tocsin.bridges.description;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Why something could not be done with a file, in words for whoever may mend it.
public final class FileTrouble {

  private FileTrouble() {}

  /// The reason, as the end of a sentence that names the file: the platform's own messages are often the path alone.
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no such file or folder";
      case FileAlreadyExistsException taken -> "there is a file where a folder is wanted";
      case AccessDeniedException denied -> "access is denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
