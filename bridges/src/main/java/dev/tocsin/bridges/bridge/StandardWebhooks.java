package dev.tocsin.bridges.bridge;

import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.Secret;
import dev.tocsin.bridges.description.SecretSource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What Standard Webhooks prescribes to those who send and to those who take: three headers, and what a signature is of.
public final class StandardWebhooks {

  /// The header with the id, which is the same each time the sender tries.
  public static final String ID = "webhook-id";

  /// The header with the moment of this try, in seconds since 1970.
  public static final String TIMESTAMP = "webhook-timestamp";

  /// The header with the signatures, a blank between them.
  public static final String SIGNATURE = "webhook-signature";

  /// What a signature of the one scheme there is begins with.
  public static final String SCHEME = "v1,";

  private static final String SECRET = "whsec_";

  private StandardWebhooks() {}

  /// Fetches a key, which is written as `whsec_` and Base64.
  ///
  /// @param environment of the process
  /// @throws MissingSecretException when it is not to be had, or is none
  public static Secret key(SecretSource source, Map<String, String> environment)
      throws MissingSecretException {
    Secret key = key(source.require("its secret", environment).text());
    if (key == null) {
      throw new MissingSecretException(
          "its secret is none of Standard Webhooks: whsec_ and Base64");
    }
    return key;
  }

  /// The key that `whsec_<base64>` stands for; `null` when it is none.
  static @Nullable Secret key(String text) {
    if (!text.startsWith(SECRET)) {
      return null;
    }
    try {
      byte[] key = Base64.getDecoder().decode(text.substring(SECRET.length()));
      return key.length == 0 ? null : new Secret(key);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// The signature of a message, in Base64, without what it begins with.
  public static String signature(Secret key, String id, String timestamp, byte[] body) {
    byte[] head = (id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(key.hmac(head, body));
  }
}
