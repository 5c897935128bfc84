package dev.tocsin.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a file says, read again when the file has changed.
///
/// A file that cannot be read or understood is told of once, and what was read before stays. Any thread may ask; one thread at
/// a time calls [#look].
///
/// @param <T> what is read; immutable
final class FollowedFile<T> {

  private static final Logger LOG = LoggerFactory.getLogger(FollowedFile.class);

  // immutable
  private final Path path;
  private final Reader<T> reader;

  // written by whoever looks, read by any
  private volatile T content;
  private volatile @Nullable String fault;

  // owned by whoever looks
  private @Nullable Version version;

  /// Whether there is anything that it said before. Until then its fault is told by whoever starts with it.
  private boolean wasRead;

  /// What tells one content of the file from another without reading it.
  private record Version(Object changed, long size, @Nullable Object file) {}

  /// Reads the file.
  ///
  /// @param <T> what is read
  interface Reader<T> {

    /// What the file says now.
    ///
    /// @throws BrokenFileException when it is not understood, or must be there and is not
    /// @throws IOException when it cannot be read
    T read() throws IOException, BrokenFileException;
  }

  /// A file that has not been looked at yet.
  ///
  /// @param content what it says until then
  FollowedFile(Path path, T content, Reader<T> reader) {
    this.path = path;
    this.content = content;
    this.reader = reader;
  }

  /// What the file says, as far as it was understood.
  T content() {
    return content;
  }

  /// Why the file as it is now does not count; `null` when it does.
  @Nullable String fault() {
    return fault;
  }

  /// Looks whether the file has changed, and reads it if so.
  ///
  /// @return whether the content may be another now
  boolean look() {
    Version now;
    try {
      BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
      now = new Version(found.lastModifiedTime(), found.size(), found.fileKey());
    } catch (NoSuchFileException e) {
      now = new Version("none", 0, null);
    } catch (IOException e) {
      tell(unreadable(e));
      return false;
    }
    if (now.equals(version)) {
      return false;
    }
    try {
      content = reader.read();
      version = now;
      tell(null);
      return true;
    } catch (BrokenFileException e) {
      version = now;
      tell(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      tell(unreadable(e));
    }
    return false;
  }

  private String unreadable(IOException e) {
    return e instanceof AccessDeniedException
        ? path + " may not be read by this user"
        : path + " cannot be read: " + e.getClass().getSimpleName();
  }

  private void tell(@Nullable String reason) {
    if (reason != null && wasRead && !reason.equals(fault)) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .addKeyValue("reason", reason)
          .log("what it said before stays");
    } else if (reason == null && wasRead && fault != null) {
      LOG.atInfo().addKeyValue("file", path).log("it is read again");
    }
    fault = reason;
    wasRead |= reason == null;
  }

  /// All of a file that must be there.
  ///
  /// @throws BrokenFileException when it is not there, no file, or too large
  /// @throws IOException when it cannot be read
  static byte[] bytes(Path path, int maxBytes) throws IOException, BrokenFileException {
    if (Files.notExists(path)) {
      throw new BrokenFileException(path + " does not exist");
    }
    // Opening a pipe would wait for somebody who writes into it. What may not even be looked at is
    // told when it is opened.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new BrokenFileException(path + " is not a regular file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new BrokenFileException(path + " is larger than " + (maxBytes >> 20) + " MiB");
      }
      return bytes;
    }
  }
}
