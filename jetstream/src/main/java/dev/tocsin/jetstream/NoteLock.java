package dev.tocsin.jetstream;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a second gateway from the notes that another has in its folder. The operating system lets go of it when the process
/// ends, however it ends.
final class NoteLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NoteLock.class);

  /// What this process has taken. POSIX drops all locks that a process has on a file when it closes any descriptor of it, so a
  /// second attempt here must not even open the file.
  private static final Set<Path> TAKEN_HERE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final String prefix;
  private final @Nullable Path taken;
  private final @Nullable FileChannel channel;

  private NoteLock(
      Path folder, String prefix, @Nullable Path taken, @Nullable FileChannel channel) {
    this.folder = folder;
    this.prefix = prefix;
    this.taken = taken;
    this.channel = channel;
  }

  /// Takes the notes with a prefix. Where nothing can be locked they are taken all the same: who writes them says what is wrong
  /// with the folder.
  ///
  /// @return `null` when another gateway has them, which is logged
  static @Nullable NoteLock take(Path folder, String prefix) {
    try {
      Path file = Files.createDirectories(folder).toRealPath().resolve("lock-" + prefix);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        return new NoteLock(folder, prefix, null, null);
      }
      NoteLock lock = TAKEN_HERE.add(file) ? lock(folder, prefix, file) : null;
      if (lock == null) {
        LOG.atWarn()
            .addKeyValue("folder", folder)
            .log(
                "another gateway has its notes in this folder, so this one keeps none: give each a"
                    + " folder of its own (--data)");
      }
      return lock;
    } catch (IOException e) {
      return new NoteLock(folder, prefix, null, null);
    }
  }

  @SuppressWarnings("resource") // the file stays open as long as the lock is held
  private static @Nullable NoteLock lock(Path folder, String prefix, Path file) throws IOException {
    NoteLock lock = null;
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        lock = new NoteLock(folder, prefix, file, channel);
      }
      return lock;
    } finally {
      if (lock == null) {
        TAKEN_HERE.remove(file);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  /// Where a note is.
  ///
  /// @param name how its name begins
  Path place(String name) {
    return folder.resolve(name + prefix);
  }

  @Override
  public void close() {
    if (channel == null || taken == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // The operating system lets go of the lock when the process ends.
    }
    TAKEN_HERE.remove(taken);
  }
}
