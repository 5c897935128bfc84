package dev.tocsin.gateway;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The tags by which caches know what they have (RFC 9110, 8.8.3).
final class EntityTag {

  private static final int BYTES = 12;

  private EntityTag() {}

  /// The tag of a body: the same for the same bytes, on every server.
  static String of(byte[] body) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return '"' + HexFormat.of().formatHex(digest, 0, BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Whether a tag is one of those that `If-None-Match` lists, `W/` or not; `*` is any.
  static boolean isIn(String tag, String list) {
    for (String listed : list.split(",", -1)) {
      String one = listed.strip();
      if (one.equals("*") || (one.startsWith("W/") ? one.substring(2) : one).equals(tag)) {
        return true;
      }
    }
    return false;
  }
}
