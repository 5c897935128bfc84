package dev.tocsin.access;

import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a server keeps of an API key, and whose it is. Immutable.
///
/// @param id the key's public part
/// @param name of its owner
/// @param digest the SHA-256 of its secret, handed over and never changed
/// @param expires from when on it is worth nothing; `null` for never
public record StoredKey(
    String id,
    String name,
    @SuppressWarnings("ArrayRecordComponent") byte[] digest,
    Rights rights,
    Limits limits,
    Instant created,
    @Nullable Instant expires) {

  /// A key that nobody has.
  static StoredKey ofNobody() {
    Rights nothing = new Rights(new Grants(List.of()), new Grants(List.of()), Set.of());
    return new StoredKey("", "", new byte[32], nothing, Limits.NONE, Instant.EPOCH, Instant.EPOCH);
  }

  /// Whether this is the key, and it has not expired.
  ///
  /// Takes the same time whatever the secret is.
  public boolean isOpenedBy(ApiKey key, Instant now) {
    boolean isSame = MessageDigest.isEqual(key.digest(), digest);
    return isSame && (expires == null || now.isBefore(expires));
  }

  @Override
  public String toString() {
    return "key " + id + " of " + name;
  }
}
