package dev.tocsin.bridges.description;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The bytes of a secret, which show themselves nowhere. Immutable.
public final class Secret {

  private final byte[] bytes;

  /// The secret that bytes are.
  public Secret(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /// The secret that a text is.
  public static Secret of(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The text that it is, to be shown to nobody.
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// HMAC with SHA-256 of these, one after the other, by this secret as its key.
  public byte[] hmac(byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /// Whether these bytes are the same; it takes as long whichever of them are not.
  public boolean is(byte[] others) {
    return MessageDigest.isEqual(bytes, others);
  }

  @Override
  public String toString() {
    return "…";
  }
}
