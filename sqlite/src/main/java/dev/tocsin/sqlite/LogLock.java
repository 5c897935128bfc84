package dev.tocsin.sqlite;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keeps a second server away from the same directory. The operating system lets go of it when the
/// process ends, however it ends.
final class LogLock implements AutoCloseable {

  static final String NAME = "lock";

  /// The directories that this process has taken. POSIX drops all locks that a process has on a file
  /// when it closes any descriptor of it, so a second attempt here must not even open the lock file.
  private static final Set<Path> TAKEN_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private LogLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// Takes a directory, making it when it is not there.
  static LogLock take(Path directory) throws LogOpenException {
    LogLock lock = tryToTake(directory);
    if (lock == null) {
      throw new LogOpenException(
          "another server uses " + directory + ": stop it, or choose another folder");
    }
    return lock;
  }

  /// Takes a directory, making it when it is not there; `null` when a server has it.
  static @Nullable LogLock tryToTake(Path directory) throws LogOpenException {
    try {
      Path real = Files.createDirectories(directory).toRealPath();
      if (!TAKEN_HERE.add(real)) {
        return null;
      }
      LogLock lock = null;
      try {
        requireFile(real.resolve(NAME));
        lock = lockFile(real);
      } finally {
        if (lock == null) {
          TAKEN_HERE.remove(real);
        }
      }
      return lock;
    } catch (FileAlreadyExistsException e) {
      throw new LogOpenException(directory + " is not a directory: choose another folder", e);
    } catch (IOException e) {
      throw cannotWrite(directory, reason(e), e);
    }
  }

  /// Whether a server uses a directory, found out by a lock that is held for a moment. Makes nothing.
  static boolean isTaken(Path directory) throws IOException {
    Path real = directory.toRealPath();
    Path file = real.resolve(NAME);
    if (TAKEN_HERE.contains(real)) {
      return true;
    }
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return lock == null;
    }
  }

  /// The lock; `null` when another process has it.
  @SuppressWarnings("resource") // the lock file stays open as long as the lock is held
  private static @Nullable LogLock lockFile(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      return null;
    }
    return new LogLock(directory, channel);
  }

  /// Refuses what is no file: to open a pipe would wait for its other end, and a device is no place for
  /// a log.
  static void requireFile(Path file) throws LogOpenException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file)) {
      throw new LogOpenException(
          file + " is not a file: move it out of the way, or choose another folder");
    }
  }

  /// What is wrong with the lock file of a directory that is taken, a sentence; `null` for nothing.
  static @Nullable String wrong(Path directory) {
    try {
      requireFile(directory.resolve(NAME));
      return null;
    } catch (LogOpenException e) {
      return refusal(e);
    }
  }

  /// Why a restart will be refused, a sentence.
  static String refusal(LogOpenException e) {
    return "A restart will be refused: " + e.getMessage();
  }

  static LogOpenException cannotWrite(Path directory, String reason, @Nullable Exception cause) {
    return new LogOpenException(
        "cannot write to "
            + directory
            + " ("
            + reason
            + "): check its permissions and the room on its disk, or choose another folder",
        cause);
  }

  static String reason(IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return "its thread was interrupted";
    }
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return reason == null ? "access denied" : reason;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The operating system lets go of the lock when the process ends.
    }
    TAKEN_HERE.remove(directory);
  }
}
