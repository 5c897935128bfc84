package dev.tocsin.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The note that a file is being published, in the user's folder of state, until its last line is settled.
///
/// A run that finds the note of one that never came to its end takes its key over: the server then knows
/// the lines that are in the log already. After a run that did end the same file can be published once more.
/// So does one that finds the note of a run that goes on: a process that has been killed may look alive for a while, and
/// two that publish the same lines with the same keys put each into the log once.
/// A note is of what the file began with, of a server and of a process: first all of the file,
/// and where the run could say how far it came, what is acknowledged of it. Without a place for notes, keys
/// are only in what the run says.
final class UnfinishedRun {

  /// How long a server remembers keys, unless it is told otherwise.
  static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final String key;
  private final @Nullable Path file;
  private final @Nullable Path note;
  private final Before before;

  /// What is known of an earlier run over the same file.
  sealed interface Before {

    /// Nothing: there was none, or it came to its end.
    record None() implements Before {}

    /// There is no place where one could have left a note.
    ///
    /// @param why a sentence's part
    record Unknown(String why) implements Before {}

    /// Its process has not ended, as far as the system tells: it may go on at this moment. This run has its key.
    ///
    /// @param age how long ago it began
    record Running(long pid, Duration age) implements Before {}

    /// It broke off, and this run has its key.
    ///
    /// @param age how long ago that was
    record BrokenOff(Duration age) implements Before {}

    /// It broke off, and the file has changed since.
    ///
    /// @param key what its lines' keys have in common
    record Changed(String key) implements Before {}
  }

  private UnfinishedRun(String key, @Nullable Path file, @Nullable Path note, Before before) {
    this.key = key;
    this.file = file;
    this.note = note;
    this.before = before;
  }

  /// A run whose key nobody keeps.
  static UnfinishedRun ofStream() {
    return ofKey(newKey());
  }

  /// A run whose key the user keeps.
  static UnfinishedRun ofKey(String key) {
    return new UnfinishedRun(key, null, null, new Before.None());
  }

  /// A run over a file, noted where there is a place for that.
  ///
  /// @param server where it is published to
  static UnfinishedRun ofFile(Path file, ServerUrl server, Surroundings surroundings) {
    Path folder = folder(surroundings.environment());
    if (folder == null) {
      return unnoted(new Before.Unknown("neither XDG_STATE_HOME nor HOME is set"));
    }
    try {
      return noted(file.toRealPath(), server, folder, surroundings);
    } catch (IOException e) {
      return unnoted(new Before.Unknown("nothing can be written in " + folder));
    }
  }

  private static UnfinishedRun noted(
      Path file, ServerUrl server, Path folder, Surroundings surroundings) throws IOException {
    Path note =
        folder.resolve(
            UUID.nameUUIDFromBytes((file + " " + server.place()).getBytes(StandardCharsets.UTF_8))
                + ".properties");
    Properties found = read(note);
    String key = found.getProperty("key");
    Before before = new Before.None();
    if (key != null) {
      FileTime at = Files.getLastModifiedTime(note);
      Duration age = Duration.between(at.toInstant(), surroundings.clock().instant());
      before =
          start(found).isOf(file)
              ? process(found)
                  .<Before>map(running -> new Before.Running(running.pid(), age))
                  .orElseGet(() -> new Before.BrokenOff(age))
              : new Before.Changed(key);
    }
    String mine = key == null || before instanceof Before.Changed ? newKey() : key;
    write(note, mine, FileStart.ofWhole(file));
    return new UnfinishedRun(mine, file, note, before);
  }

  private static UnfinishedRun unnoted(Before before) {
    return new UnfinishedRun(newKey(), null, null, before);
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

  /// The process that has written a note, while it lives: its number alone may be another's by now.
  private static Optional<ProcessHandle> process(Properties note) {
    long pid = number(note, "pid");
    return pid < 0 || pid == ProcessHandle.current().pid()
        ? Optional.empty()
        : ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(process -> started(process).equals(note.getProperty("started")));
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("?");
  }

  private static FileStart start(Properties note) {
    return new FileStart(number(note, "bytes"), number(note, "checksum"));
  }

  private static long number(Properties note, String name) {
    String digits = note.getProperty(name, "");
    return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : -1;
  }

  private static void write(Path note, String key, FileStart start) throws IOException {
    Files.createDirectories(note.getParent());
    Properties properties = new Properties();
    properties.setProperty("key", key);
    properties.setProperty("bytes", Long.toString(start.bytes()));
    properties.setProperty("checksum", Long.toString(start.checksum()));
    properties.setProperty("pid", Long.toString(ProcessHandle.current().pid()));
    properties.setProperty("started", started(ProcessHandle.current()));
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

  /// What is known of an earlier run over the same file.
  Before before() {
    return before;
  }

  /// The run ends before its time: what comes after these lines may be changed until it is gone on with.
  void breakOff(long settledLines) {
    if (note != null && file != null) {
      try {
        write(note, key, FileStart.ofLines(file, settledLines));
      } catch (IOException e) {
        // Then the note is of all of the file.
      }
    }
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
