package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.StandardWebhooks;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.Secret;
import dev.tocsin.bridges.description.SecretSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds out whether a request is from whom it should be. What is secret is compared in a time that does not tell where it
/// differs; of several secrets all are tried. Immutable, safe for any thread.
sealed interface Verifier {

  /// How far the clock of a sender may be off.
  Duration TOLERANCE = Duration.ofMinutes(5);

  /// How many signatures of one request are looked at.
  int MAX_SIGNATURES = 20;

  /// GitHub's: `X-Hub-Signature-256: sha256=<HMAC of the body, in hexadecimal digits>`.
  record GitHub(List<Secret> secrets) implements Verifier {

    static final String HEADER = "x-hub-signature-256";
    private static final String PREFIX = "sha256=";

    @Override
    public @Nullable String fault(Map<String, String> headers, byte[] body, Instant now) {
      String header = headers.get(HEADER);
      if (header == null || !header.startsWith(PREFIX)) {
        return "there is no X-Hub-Signature-256 of the form sha256=…";
      }
      byte[] shown = header.substring(PREFIX.length()).getBytes(StandardCharsets.UTF_8);
      boolean isGood = false;
      for (Secret secret : secrets) {
        String right = HexFormat.of().formatHex(secret.hmac(body));
        isGood |= Secret.of(right).is(shown);
      }
      return isGood ? null : "the X-Hub-Signature-256 is of another secret or another body";
    }
  }

  /// Standard Webhooks: `webhook-signature: v1,<HMAC of id, timestamp and body, in Base64> …`.
  record Standard(List<Secret> secrets) implements Verifier {

    @Override
    public @Nullable String fault(Map<String, String> headers, byte[] body, Instant now) {
      String id = headers.get(StandardWebhooks.ID);
      String timestamp = headers.get(StandardWebhooks.TIMESTAMP);
      String signatures = headers.get(StandardWebhooks.SIGNATURE);
      if (id == null || id.isEmpty() || timestamp == null || signatures == null) {
        return "webhook-id, webhook-timestamp or webhook-signature is missing";
      }
      if (!timestamp.matches("[0-9]{1,12}")) {
        return "the webhook-timestamp is no number of seconds since 1970";
      }
      Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
      if (age.abs().compareTo(TOLERANCE) > 0) {
        return "the webhook-timestamp is off by more than "
            + TOLERANCE.toMinutes()
            + " minutes (an old request, or a clock that is wrong)";
      }
      String[] shown = signatures.split(" ", MAX_SIGNATURES + 1);
      boolean isGood = false;
      for (Secret secret : secrets) {
        Secret right = Secret.of(StandardWebhooks.signature(secret, id, timestamp, body));
        for (int i = 0; i < Math.min(shown.length, MAX_SIGNATURES); i++) {
          if (shown[i].startsWith(StandardWebhooks.SCHEME)) {
            String signature = shown[i].substring(StandardWebhooks.SCHEME.length());
            isGood |= right.is(signature.getBytes(StandardCharsets.UTF_8));
          }
        }
      }
      return isGood ? null : "no webhook-signature is of a secret that is known and this body";
    }
  }

  /// A header that holds the secret itself.
  ///
  /// @param header its name in lower case
  record SharedSecret(String header, List<Secret> secrets) implements Verifier {

    @Override
    public @Nullable String fault(Map<String, String> headers, byte[] body, Instant now) {
      String shown = headers.get(header);
      if (shown == null) {
        return "there is no header " + header;
      }
      byte[] bytes = shown.getBytes(StandardCharsets.UTF_8);
      boolean isGood = false;
      for (Secret secret : secrets) {
        isGood |= secret.is(bytes);
      }
      return isGood ? null : "the header " + header + " holds another secret";
    }
  }

  /// Why a request is not to be believed, for the operator; `null` when it is.
  ///
  /// @param headers by their names in lower case
  @Nullable String fault(Map<String, String> headers, byte[] body, Instant now);

  /// The header that is the same each time the sender tries; `null` where there is none.
  default @Nullable String idHeader() {
    return switch (this) {
      case GitHub gitHub -> "x-github-delivery";
      case Standard standard -> StandardWebhooks.ID;
      case SharedSecret shared -> null;
    };
  }

  /// Fetches the secrets of a verification.
  ///
  /// @throws MissingSecretException when one is not to be had
  static Verifier of(Verification verification, Map<String, String> environment)
      throws MissingSecretException {
    List<Secret> secrets = new ArrayList<>();
    for (SecretSource source : verification.secrets()) {
      secrets.add(
          verification.scheme() == Verification.Scheme.STANDARD_WEBHOOKS
              ? StandardWebhooks.key(source, environment)
              : source.require("its secret", environment));
    }
    return switch (verification.scheme()) {
      case GITHUB -> new GitHub(secrets);
      case STANDARD_WEBHOOKS -> new Standard(secrets);
      case SHARED_SECRET ->
          new SharedSecret(verification.header() == null ? "" : verification.header(), secrets);
    };
  }
}
