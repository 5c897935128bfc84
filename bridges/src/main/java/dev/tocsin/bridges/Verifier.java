package dev.tocsin.bridges;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
        String right = HexFormat.of().formatHex(hmac(secret, List.of(body)));
        isGood |= Secret.of(right).is(shown);
      }
      return isGood ? null : "the X-Hub-Signature-256 is of another secret or another body";
    }
  }

  /// Standard Webhooks: `webhook-signature: v1,<HMAC of id, timestamp and body, in Base64> …`.
  record StandardWebhooks(List<Secret> secrets) implements Verifier {

    static final String ID = "webhook-id";
    static final String TIMESTAMP = "webhook-timestamp";
    static final String SIGNATURE = "webhook-signature";
    static final String PREFIX = "whsec_";

    @Override
    public @Nullable String fault(Map<String, String> headers, byte[] body, Instant now) {
      String id = headers.get(ID);
      String timestamp = headers.get(TIMESTAMP);
      String signatures = headers.get(SIGNATURE);
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
      byte[] head = (id + '.' + timestamp + '.').getBytes(StandardCharsets.UTF_8);
      String[] shown = signatures.split(" ", MAX_SIGNATURES + 1);
      boolean isGood = false;
      for (Secret secret : secrets) {
        byte[] right = Base64.getEncoder().encode(hmac(secret, List.of(head, body)));
        for (int i = 0; i < Math.min(shown.length, MAX_SIGNATURES); i++) {
          if (shown[i].startsWith("v1,")) {
            isGood |= new Secret(right).is(shown[i].substring(3).getBytes(StandardCharsets.UTF_8));
          }
        }
      }
      return isGood ? null : "no webhook-signature is of a secret that is known and this body";
    }

    /// The key that `whsec_<base64>` stands for; `null` when it is none.
    static @Nullable Secret key(String text) {
      if (!text.startsWith(PREFIX)) {
        return null;
      }
      try {
        byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        return key.length == 0 ? null : new Secret(key);
      } catch (IllegalArgumentException e) {
        return null;
      }
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
      case StandardWebhooks standard -> StandardWebhooks.ID;
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
      SecretSource.Found found = source.fetch(environment);
      Secret secret = found.secret();
      if (secret == null) {
        throw new MissingSecretException("its secret is not to be had: " + found.fault());
      }
      if (verification.scheme() == Verification.Scheme.STANDARD_WEBHOOKS) {
        secret = StandardWebhooks.key(secret.text());
        if (secret == null) {
          throw new MissingSecretException(
              "its secret is none of Standard Webhooks: whsec_ and Base64");
        }
      }
      secrets.add(secret);
    }
    return switch (verification.scheme()) {
      case GITHUB -> new GitHub(secrets);
      case STANDARD_WEBHOOKS -> new StandardWebhooks(secrets);
      case SHARED_SECRET ->
          new SharedSecret(verification.header() == null ? "" : verification.header(), secrets);
    };
  }

  /// HMAC with SHA-256.
  static byte[] hmac(Secret secret, List<byte[]> parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.bytes(), "HmacSHA256"));
      parts.forEach(mac::update);
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
