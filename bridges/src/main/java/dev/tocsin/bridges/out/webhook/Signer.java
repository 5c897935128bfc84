package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.bridge.StandardWebhooks;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.Secret;
import dev.tocsin.bridges.description.SecretSource;
import java.util.ArrayList;
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
      secrets.add(StandardWebhooks.key(source, environment));
    }
    return new Signer(secrets);
  }

  /// The value of `webhook-signature`: one signature for each secret; empty without one.
  String sign(String id, long timestamp, byte[] body) {
    List<String> signatures = new ArrayList<>();
    for (Secret secret : secrets) {
      signatures.add(
          StandardWebhooks.SCHEME
              + StandardWebhooks.signature(secret, id, Long.toString(timestamp), body));
    }
    return String.join(" ", signatures);
  }
}
