package dev.tocsin.app;

import dev.tocsin.access.BrokenFileException;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the API keys of a server are.
final class KeysOption {

  /// The file's name in a server's folder.
  static final String NAME = "keys.json";

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      description = "The server's file of keys (default: keys.json in --data).")
  private @Nullable Path keys;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The server's folder (default: ./data).")
  private @Nullable Path data;

  /// The file.
  KeysFile file() throws WrongUse {
    if (keys != null && data != null) {
      throw new WrongUse("--keys names the file: leave out --data " + data);
    }
    return new KeysFile(keys != null ? keys : folder().resolve(NAME));
  }

  private Path folder() {
    return Objects.requireNonNullElse(data, Path.of("data"));
  }

  /// Makes the server's folder where it is not there yet: keys may be made before the first start.
  void makeFolder(KeysFile file) throws Failure {
    if (keys == null) {
      makeFolderOf(file);
    }
  }

  /// Makes the folder of a file where it is not there yet.
  static void makeFolderOf(KeysFile file) throws Failure {
    Path folder = file.path().toAbsolutePath().getParent();
    try {
      Files.createDirectories(Objects.requireNonNull(folder));
    } catch (IOException e) {
      throw new Failure("cannot make the folder " + folder + ": " + reason(e), e);
    }
  }

  /// The keys, by their ids.
  static Map<String, StoredKey> read(KeysFile file) throws Failure {
    try {
      return file.read();
    } catch (IOException e) {
      throw new Failure("cannot read " + file.path() + ": " + reason(e), e);
    } catch (BrokenFileException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private interface Change {
    void run() throws IOException, BrokenFileException;
  }

  /// Adds a key; tells when others could read the file until now.
  static void add(KeysFile file, StoredKey key, Surroundings surroundings) throws Failure {
    change(file, surroundings, () -> file.add(key));
  }

  /// Takes a key away.
  static void remove(KeysFile file, String id, Surroundings surroundings) throws Failure {
    change(file, surroundings, () -> file.remove(id));
  }

  /// Tells when others on this machine may read or write the file, if there is one.
  static void warnIfOpen(KeysFile file, Surroundings surroundings) {
    try {
      if (file.isOpenToOthers()) {
        surroundings.say(
            "warning: others on this machine can read "
                + file.path()
                + ": chmod 600 "
                + ShellText.quoted(file.path().toString()));
      }
    } catch (IOException e) {
      // That the file cannot be looked at is told by whoever reads it.
    }
  }

  private static void change(KeysFile file, Surroundings surroundings, Change change)
      throws Failure {
    try {
      boolean wasOpen = file.isOpenToOthers();
      change.run();
      if (wasOpen) {
        surroundings.say("note: others could read " + file.path() + "; it has mode 0600 now");
      }
    } catch (IOException e) {
      throw new Failure("cannot write " + file.path() + ": " + reason(e), e);
    } catch (BrokenFileException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// In words what Java says with names of files and classes.
  static String reason(IOException thrown) {
    return switch (thrown) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "there is no such folder";
      case FileSystemException other when other.getReason() != null ->
          String.valueOf(other.getReason());
      default -> String.valueOf(thrown.getMessage());
    };
  }
}
