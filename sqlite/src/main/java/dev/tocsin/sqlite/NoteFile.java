package dev.tocsin.sqlite;

import dev.tocsin.hub.LogNote;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// The note beside the log, a file of its own. It is written beside its place and then moved there, so that a crash leaves
/// one that is whole; it is not flushed, because after a loss of power its owner can do without.
///
/// Nothing is written once the log is closed: the folder may be another server's then.
final class NoteFile implements LogNote {

  static final String NAME = "latest";
  static final String UNFINISHED = "latest.new";

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path directory;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private boolean closed;

  NoteFile(Path directory) {
    this.directory = directory;
  }

  @Override
  public void write(Text text) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException(LogFault.CLOSED);
      }
      Path unfinished = directory.resolve(UNFINISHED);
      // Whatever it is: to open a pipe would wait for its other end.
      Files.deleteIfExists(unfinished);
      try {
        writeTo(unfinished, text);
        Files.move(
            unfinished,
            directory.resolve(NAME),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } finally {
      lock.unlock();
    }
  }

  private static void writeTo(Path file, Text text) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                ownersAlone(file));
        OutputStream out =
            new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)) {
      text.writeTo(out);
    }
  }

  private static FileAttribute<?>[] ownersAlone(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  @Override
  public Optional<InputStream> open() throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /// Waits for a note that is being written, and writes no more.
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
