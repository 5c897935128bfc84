package dev.tocsin.access;

import dev.tocsin.hub.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The API keys that a server knows: those of its file, read again when that has changed.
///
/// A file that cannot be read or understood is told of once, and the keys from before are kept. Any thread may ask; one
/// thread at a time calls [#look].
public final class KeyRing {

  private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

  private static final StoredKey NOBODY = StoredKey.ofNobody();

  private final KeysFile file;
  private final InstantSource clock;

  // written by whoever looks, read by any
  private volatile Map<String, StoredKey> keys = Map.of();

  // owned by whoever looks
  private @Nullable Version version;
  private @Nullable String fault;

  /// What tells one content of the file from another without reading it.
  private record Version(Object changed, long size, @Nullable Object file) {}

  /// The keys of a file, which has not been looked at yet.
  public KeyRing(KeysFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /// Looks whether the file has changed, and takes its keys. Reads from the disk.
  ///
  /// @return whether the keys may be others now
  public boolean look() {
    Version now;
    try {
      BasicFileAttributes found = Files.readAttributes(file.path(), BasicFileAttributes.class);
      now = new Version(found.lastModifiedTime(), found.size(), found.fileKey());
    } catch (NoSuchFileException e) {
      now = new Version("none", 0, null);
    } catch (IOException e) {
      tell("cannot be read: " + e.getClass().getSimpleName());
      return false;
    }
    if (now.equals(version)) {
      return false;
    }
    try {
      keys = file.read();
      version = now;
      tell(null);
      return true;
    } catch (BrokenFileException e) {
      version = now;
      tell(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      tell("cannot be read: " + e.getClass().getSimpleName());
    }
    return false;
  }

  private void tell(@Nullable String reason) {
    if (reason != null && !reason.equals(fault)) {
      LOG.atWarn()
          .addKeyValue("file", file.path())
          .addKeyValue("reason", reason)
          .log("the keys from before are kept");
    } else if (reason == null && fault != null) {
      LOG.atInfo().addKeyValue("file", file.path()).log("the keys are read again");
    }
    fault = reason;
  }

  /// Whether there is any key.
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /// Whose key this is, and what it opens.
  ///
  /// @return empty when it is unknown, revoked or expired
  public Optional<Access> find(ApiKey key) {
    StoredKey stored = keys.get(key.id());
    Instant now = clock.instant();
    if (stored == null) {
      // Takes as long as with a key that is known.
      NOBODY.isOpenedBy(key, now);
      return Optional.empty();
    }
    return stored.isOpenedBy(key, now)
        ? Optional.of(new Access(stored.name(), stored.rights(), stored.limits(), stored.expires()))
        : Optional.empty();
  }
}
