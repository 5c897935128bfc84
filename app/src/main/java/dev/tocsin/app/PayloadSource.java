package dev.tocsin.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads what a user names on the command line: a file, or `-` for standard input.
final class PayloadSource {

  /// The name of standard input.
  static final String STDIN = "-";

  private PayloadSource() {}

  static InputStream open(String name, Surroundings surroundings) throws Failure {
    if (name.equals(STDIN)) {
      return surroundings.in();
    }
    Path path = Path.of(name);
    if (Files.isDirectory(path)) {
      throw new Failure("cannot read " + name + ": it is a folder");
    }
    try {
      return Files.newInputStream(path);
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  /// The bytes, this many at the most: what is longer may have no end.
  static byte[] read(String name, int maxBytes, Surroundings surroundings) throws Failure {
    try (InputStream in = open(name, surroundings)) {
      return in.readNBytes(maxBytes);
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  private static Failure failure(String name, IOException e) {
    String reason =
        switch (e) {
          case NoSuchFileException missing -> "there is no such file";
          case AccessDeniedException denied -> "it may not be read";
          default -> String.valueOf(e.getMessage());
        };
    return new Failure("cannot read " + name + ": " + reason, e);
  }
}
