package dev.tocsin.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An API key: a public id, and a secret of 256 random bits of which a server keeps the SHA-256 only.
///
/// Its text is `tocsin_<id>_<secret>`: the id in lower-case letters and digits, the secret in URL-safe Base64. Immutable.
/// It shows its secret by [#text] alone.
public final class ApiKey {

  private static final int ID_LENGTH = 10;
  private static final int SECRET_BYTES = 32;
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final Pattern TEXT =
      Pattern.compile("tocsin_([a-z0-9]{1,32})_([A-Za-z0-9_-]{43})");
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /// What stands for a key where there is none, so that a refusal takes the same work.
  static final ApiKey NONE = new ApiKey("", new byte[SECRET_BYTES]);

  private final String id;
  private final byte[] secret;

  private ApiKey(String id, byte[] secret) {
    this.id = id;
    this.secret = secret;
  }

  /// A new key.
  public static ApiKey generate(SecureRandom random) {
    StringBuilder id = new StringBuilder(ID_LENGTH);
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new ApiKey(id.toString(), secret);
  }

  /// Reads a key.
  ///
  /// @return `null` when the text is none
  public static @Nullable ApiKey parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    byte[] secret = Base64.getUrlDecoder().decode(parts.group(2));
    // The last character has bits to spare: only one way to write a secret counts.
    boolean isCanonical = ENCODER.encodeToString(secret).equals(parts.group(2));
    return isCanonical ? new ApiKey(parts.group(1), secret) : null;
  }

  /// The public part.
  public String id() {
    return id;
  }

  /// The whole key, secret included.
  public String text() {
    return "tocsin_" + id + "_" + ENCODER.encodeToString(secret);
  }

  /// The SHA-256 of the secret.
  public byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ApiKey key
        && key.id.equals(id)
        && MessageDigest.isEqual(key.secret, secret);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(id.getBytes(StandardCharsets.US_ASCII));
  }

  /// Without the secret.
  @Override
  public String toString() {
    return "tocsin_" + id + "_…";
  }
}
