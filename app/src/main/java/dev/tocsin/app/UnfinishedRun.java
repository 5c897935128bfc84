package dev.tocsin.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The note that a file is being published, in the user's folder of state, until its last line is settled.
///
/// A run that finds the note of one that never came to its end takes its key over: the server then knows
/// the lines that are in the log already. After a run that did end the same file can be published once more.
/// A note is of a file as it was, and of a process that has ended. Without a place for notes, keys are
/// only in what the run says.
final class UnfinishedRun {

  /// How long a server remembers keys, unless it is told otherwise.
  static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final @Nullable Path note;
  private final String key;
  private final boolean takenOver;
  private final @Nullable Duration age;

  private UnfinishedRun(
      @Nullable Path note, String key, boolean takenOver, @Nullable Duration age) {
    this.note = note;
    this.key = key;
    this.takenOver = takenOver;
    this.age = age;
  }

  /// A run whose key nobody keeps.
  static UnfinishedRun ofStream() {
    return ofKey(newKey());
  }

  /// A run whose key the user keeps.
  static UnfinishedRun ofKey(String key) {
    return new UnfinishedRun(null, key, false, null);
  }

  /// A run over a file, noted where there is a place for that.
  ///
  /// @param server where it is published to
  static UnfinishedRun ofFile(Path file, String server, Surroundings surroundings) {
    Path folder = folder(surroundings.environment());
    if (folder == null) {
      return ofStream();
    }
    try {
      Path real = file.toRealPath();
      BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
      String identity =
          real + " " + attributes.size() + " " + attributes.lastModifiedTime() + " " + server;
      Path note =
          folder.resolve(
              UUID.nameUUIDFromBytes((real + " " + server).getBytes(StandardCharsets.UTF_8))
                  + ".properties");
      Properties before = read(note);
      if (isRunning(before)) {
        return ofStream(); // somebody publishes the file at this moment, and it shall be there
        // twice
      }
      String found = before.getProperty("key");
      boolean takenOver = found != null && identity.equals(before.getProperty("file"));
      Duration age = null;
      if (takenOver) {
        FileTime noted = Files.getLastModifiedTime(note);
        age = Duration.between(noted.toInstant(), surroundings.clock().instant());
      }
      String key = takenOver && found != null ? found : newKey();
      write(note, key, identity);
      return new UnfinishedRun(note, key, takenOver, age);
    } catch (IOException e) {
      return ofStream(); // no place for a note
    }
  }

  private static String newKey() {
    return UUID.randomUUID().toString();
  }

  private static @Nullable Path folder(Map<String, String> environment) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    if (state.startsWith("/")) {
      return Path.of(state, "tocsin", "publish");
    }
    return home.startsWith("/") ? Path.of(home, ".local", "state", "tocsin", "publish") : null;
  }

  private static Properties read(Path note) throws IOException {
    Properties properties = new Properties();
    if (Files.exists(note)) {
      try (InputStream in = Files.newInputStream(note)) {
        properties.load(in);
      } catch (IllegalArgumentException e) {
        properties.clear(); // half a note
      }
    }
    return properties;
  }

  private static boolean isRunning(Properties note) {
    String pid = note.getProperty("pid", "");
    return pid.matches("\\d{1,18}")
        && Long.parseLong(pid) != ProcessHandle.current().pid()
        && ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
  }

  private static void write(Path note, String key, String identity) throws IOException {
    Files.createDirectories(note.getParent());
    Properties properties = new Properties();
    properties.setProperty("key", key);
    properties.setProperty("file", identity);
    properties.setProperty("pid", Long.toString(ProcessHandle.current().pid()));
    try (OutputStream out = Files.newOutputStream(note)) {
      properties.store(out, "a file that tocsin publishes; gone when it has come to its end");
    }
  }

  /// What the idempotency keys of its lines have in common.
  String key() {
    return key;
  }

  /// Whether another run of the same command finds the key.
  boolean isNoted() {
    return note != null;
  }

  /// Whether a run before it did not come to its end.
  boolean isTakenOver() {
    return takenOver;
  }

  /// Whether that run is so long ago that a server may have forgotten its keys.
  boolean isForgotten() {
    return age != null && age.compareTo(REMEMBERED) > 0;
  }

  /// The last line is settled: the same file is something new from now on.
  void complete() {
    if (note != null) {
      try {
        Files.deleteIfExists(note);
      } catch (IOException e) {
        // The next run takes it for unfinished, and says so.
      }
    }
  }
}
