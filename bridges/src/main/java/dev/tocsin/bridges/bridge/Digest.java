package dev.tocsin.bridges.bridge;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A short form of something long, the same for the same: SHA-256. Immutable.
public final class Digest {

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /// That of bytes.
  public static Digest of(byte[] content) {
    return new Digest(sha256().digest(content));
  }

  /// That of a text.
  public static Digest of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// That of several texts, each of which ends before the next one begins.
  public static Digest ofParts(String... parts) {
    MessageDigest sha256 = sha256();
    for (String part : parts) {
      end(part, sha256);
    }
    return new Digest(sha256.digest());
  }

  /// That of a text and what comes after it.
  public static Digest ofParts(String head, byte[] rest) {
    MessageDigest sha256 = sha256();
    end(head, sha256);
    return new Digest(sha256.digest(rest));
  }

  private static void end(String part, MessageDigest sha256) {
    sha256.update(part.getBytes(StandardCharsets.UTF_8));
    sha256.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// All of it in hexadecimal digits.
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /// The beginning in hexadecimal digits, two for each byte.
  public String hex(int length) {
    return HexFormat.of().formatHex(bytes, 0, length);
  }

  /// A number of 53 bits, which every client can hold.
  public long number() {
    return ByteBuffer.wrap(bytes).getLong() >>> 11;
  }
}
