package dev.tocsin.sqlite;

import dev.tocsin.hub.IdempotencyKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;

/// How the table of idempotency keys names a key of which only the digest is known, because it came with a copy: 256 spaces and
/// the digest in base64url. That is longer than a producer's key can be.
final class CopiedKeys {

  private static final String BEGIN = " ".repeat(IdempotencyKey.MAX_LENGTH);

  private CopiedKeys() {}

  /// The name of a key with this digest.
  static String name(byte[] digest) {
    return BEGIN + Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  /// The digest of a key that the table names.
  static byte[] digest(String name) {
    return name.length() > BEGIN.length() && name.startsWith(BEGIN)
        ? Base64.getUrlDecoder().decode(name.substring(BEGIN.length()))
        : IdempotencyKey.digest(name);
  }

  /// Whether the table has any.
  static boolean areIn(Connection connection) throws SQLException {
    // After all that begin with fewer spaces, before all that go on with something greater.
    return LogFile.number(
            connection,
            "SELECT EXISTS (SELECT 1 FROM idempotency_keys WHERE key > '"
                + BEGIN
                + "' AND key < '"
                + BEGIN
                + "~')")
        > 0;
  }
}
