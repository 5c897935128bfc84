package dev.tocsin.access;

import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
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

  private static final Entry NOBODY = Entry.of(StoredKey.ofNobody());

  private final KeysFile keysFile;
  private final InstantSource clock;
  private final KeyWatcher watcher;
  private final FollowedFile<Map<String, Entry>> file;

  // owned by whoever looks
  private boolean looked;

  /// A key, and what it opens: the same object as long as the file says the same of it.
  private record Entry(StoredKey key, Optional<Access> access) {

    static Entry of(StoredKey key) {
      return new Entry(
          key, Optional.of(new Access(key.name(), key.rights(), key.limits(), key.expires())));
    }

    boolean isOf(StoredKey other) {
      return MessageDigest.isEqual(key.digest(), other.digest())
          && access.equals(Entry.of(other).access);
    }

    boolean hasExpired(Instant now) {
      Instant expires = key.expires();
      return expires != null && !now.isBefore(expires);
    }
  }

  /// The keys of a file, which has not been looked at yet.
  public KeyRing(KeysFile file, InstantSource clock) {
    this(file, clock, KeyWatcher.NOBODY);
  }

  /// The same, with somebody who wants to know what becomes of them.
  KeyRing(KeysFile file, InstantSource clock, KeyWatcher watcher) {
    this.watcher = watcher;
    this.keysFile = file;
    this.clock = clock;
    this.file = new FollowedFile<>(file.path(), Map.of(), this::read);
  }

  private Map<String, Entry> read() throws IOException, BrokenFileException {
    Map<String, Entry> before = file.content();
    Map<String, Entry> entries = new HashMap<>();
    for (StoredKey key : keysFile.read().values()) {
      Entry known = before.get(key.id());
      entries.put(key.id(), known != null && known.isOf(key) ? known : Entry.of(key));
    }
    return entries;
  }

  /// Looks whether the file has changed, and takes its keys. Reads from the disk.
  ///
  /// @return whether the keys may be others now
  public boolean look() {
    boolean isFirst = !looked;
    looked = true;
    Map<String, Entry> before = file.content();
    boolean changed = file.look();
    if (changed && !isFirst) {
      tell(before, file.content());
      if (!before.isEmpty() && !Files.exists(keysFile.path())) {
        LOG.atWarn()
            .addKeyValue("file", keysFile.path())
            .log("the file of API keys is gone, and so is every key");
      }
    }
    return changed;
  }

  private void tell(Map<String, Entry> before, Map<String, Entry> now) {
    before.forEach((id, entry) -> {
      if (!isSameKey(entry, now.get(id))) {
        watcher.revoked(entry.key);
      }
    });
    now.forEach((id, entry) -> {
      if (!isSameKey(entry, before.get(id))) {
        watcher.made(entry.key);
      }
    });
  }

  private static boolean isSameKey(Entry one, @Nullable Entry other) {
    return other != null
        && MessageDigest.isEqual(one.key.digest(), other.key.digest())
        && one.key.name().equals(other.key.name());
  }

  /// Why the file as it is now does not count; `null` when it does.
  @Nullable String fault() {
    return file.fault();
  }

  /// Whether there is any key.
  public boolean isEmpty() {
    return file.content().isEmpty();
  }

  /// The pass that a key is: it follows what the file says of the key.
  ///
  /// @return empty when it is unknown, revoked or expired
  public Optional<Pass> find(ApiKey key) {
    return judge(key) instanceof Outcome.Accepted(Pass pass) ? Optional.of(pass) : Optional.empty();
  }

  /// Judges a key; its refusals all take the same work.
  ///
  /// @param key `null` for a text that is none
  Outcome judge(@Nullable ApiKey key) {
    Entry known = key == null ? null : file.content().get(key.id());
    Entry entry = known == null ? NOBODY : known;
    byte[] digest = (key == null ? ApiKey.NONE : key).digest();
    boolean isSame = MessageDigest.isEqual(digest, entry.key.digest());
    boolean hasExpired = entry.hasExpired(clock.instant());
    if (key == null) {
      return new Outcome.Refused("it begins like an API key, but is none");
    }
    if (known == null) {
      return new Outcome.Refused("the API key is unknown or revoked");
    }
    if (!isSame) {
      return new Outcome.Refused("the secret is not that of the " + entry.key);
    }
    return hasExpired
        ? new Outcome.Refused("the " + entry.key + " has expired")
        : new Outcome.Accepted(new KeyPass(entry.key.id(), digest));
  }

  /// What a key is worth as the file changes.
  private final class KeyPass implements Pass {

    private final String id;
    private final byte[] digest;

    KeyPass(String id, byte[] digest) {
      this.id = id;
      this.digest = digest;
    }

    @Override
    public Optional<Access> access() {
      Entry entry = file.content().get(id);
      if (entry == null
          || !MessageDigest.isEqual(digest, entry.key.digest())
          || entry.hasExpired(clock.instant())) {
        return Optional.empty();
      }
      return entry.access;
    }
  }
}
