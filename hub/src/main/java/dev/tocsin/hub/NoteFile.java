package dev.tocsin.hub;

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

/// A note that is a file. It is written beside its place and then moved there, so that a crash leaves one that is whole; it is
/// not flushed, because after a loss of power its owner can do without. The folder is made where there is none.
///
/// Nothing is written once it is closed: the folder may be another server's then.
public final class NoteFile implements LogNote {

  private static final int BUFFER_BYTES = 64 * 1024;

  private final Path file;
  private final Path unfinished;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private boolean closed;

  /// @param file where it is; a file of this name with `.new` after it is written first
  public NoteFile(Path file) {
    this.file = file.toAbsolutePath();
    this.unfinished = this.file.resolveSibling(file.getFileName() + ".new");
  }

  @Override
  public void write(Text text) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("The log is closed");
      }
      Files.createDirectories(file.resolveSibling("."));
      // Whatever it is: to open a pipe would wait for its other end.
      Files.deleteIfExists(unfinished);
      try {
        writeTo(unfinished, text);
        Files.move(
            unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
