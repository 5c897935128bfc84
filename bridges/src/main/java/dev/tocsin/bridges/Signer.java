package dev.tocsin.bridges;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Signs messages as Standard Webhooks have it, with each of several secrets: a receiver knows one of them while it is rotated.
/// Immutable, safe for any thread.
record Signer(List<Secret> secrets) {

  Signer {
    secrets = List.copyOf(secrets);
  }

  /// Fetches the secrets, which are `whsec_` and Base64.
  static Signer of(List<SecretSource> sources, Map<String, String> environment)
      throws MissingSecretException {
    List<Secret> secrets = new ArrayList<>();
    for (SecretSource source : sources) {
      SecretSource.Found found = source.fetch(environment);
      if (found.secret() == null) {
        throw new MissingSecretException("its secret is not to be had: " + found.fault());
      }
      Secret key = Verifier.StandardWebhooks.key(found.secret().text());
      if (key == null) {
        throw new MissingSecretException(
            "its secret is none of Standard Webhooks: whsec_ and Base64");
      }
      secrets.add(key);
    }
    return new Signer(secrets);
  }

  /// The value of `webhook-signature`: one signature for each secret; empty without one.
  String sign(String id, long timestamp, byte[] body) {
    byte[] head = (id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8);
    List<String> signatures = new ArrayList<>();
    for (Secret secret : secrets) {
      signatures.add(
          "v1," + Base64.getEncoder().encodeToString(Verifier.hmac(secret, List.of(head, body))));
    }
    return String.join(" ", signatures);
  }
}
