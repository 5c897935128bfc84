package dev.tocsin.hub;

import dev.tocsin.events.Slice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The name that a producer gives to one publish, so that repeating it does no harm, with what tells
/// whether the repetition says the same.
///
/// @param key the producer's text; where it is known who he is, after his name and a line feed, so that nobody can ask
///     with a key of his whether another has published something
/// @param bodyDigest SHA-256 of the envelope's bytes; not to be changed
@SuppressWarnings("ArrayRecordComponent") // compared by isOfSameBody
public record IdempotencyKey(String key, byte[] bodyDigest) {

  /// The longest key, in characters (Unicode code points, however many bytes or UTF-16 units they take),
  /// over HTTP and over WebSocket.
  public static final int MAX_LENGTH = 256;

  /// The key of a publish.
  ///
  /// @param producer the name of who publishes; empty where nobody is asked who he is
  public static IdempotencyKey of(String producer, String key, Slice body) {
    return new IdempotencyKey(producer.isEmpty() ? key : producer + '\n' + key, sha256(body));
  }

  /// What stands for a key where its text cannot: SHA-256 of it in UTF-8.
  public static byte[] digest(String key) {
    return sha256(Slice.of(key.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] sha256(Slice bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes.bytes(), bytes.offset(), bytes.length());
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Whether a producer's text can be a key: it has 1 to [#MAX_LENGTH] characters.
  static boolean isKey(String text) {
    return !text.isEmpty()
        && text.length() <= 2 * MAX_LENGTH
        && text.codePointCount(0, text.length()) <= MAX_LENGTH;
  }

  /// Whether this was made of the body with that digest.
  public boolean isOfSameBody(byte[] digest) {
    return MessageDigest.isEqual(bodyDigest, digest);
  }
}
