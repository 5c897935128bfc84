package dev.tocsin.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads the keys of an issuer: a JWK set or one JWK (RFC 7517), or PEM.
///
/// A key of a set that cannot be used is passed over and told of, as RFC 7517 wants it, unless it is a private key: whoever
/// gives that away must hear of it.
final class KeySetReader {

  /// How large a source may be.
  static final int MAX_BYTES = 1 << 20;

  private static final int MAX_ID_LENGTH = 256;
  private static final int MAX_TOLD = 5;
  private static final Pattern BASE64_URL = Pattern.compile("[A-Za-z0-9_-]+");
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth");

  /// What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410).
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String source;

  private KeySetReader(String source) {
    this.source = source;
  }

  /// Reads keys.
  ///
  /// @param source what to call them in a message
  /// @param now for the validity of certificates
  /// @throws BrokenFileException when not a single key can be used; the message says why
  static KeySet read(byte[] content, String source, Instant now) throws BrokenFileException {
    return new KeySetReader(source).read(content, now);
  }

  private KeySet read(byte[] content, Instant now) throws BrokenFileException {
    if (content.length > MAX_BYTES) {
      throw broken("is larger than " + (MAX_BYTES >> 20) + " MiB");
    }
    String text = new String(content, StandardCharsets.ISO_8859_1);
    if (PemReader.isPem(text)) {
      try {
        return PemReader.read(text, now);
      } catch (BrokenFileException e) {
        throw broken(String.valueOf(e.getMessage()));
      }
    }
    if (text.startsWith("\u00EF\u00BB\u00BF")) {
      throw broken("begins with a byte order mark");
    }
    if (!text.stripLeading().startsWith("{")) {
      throw broken("is neither a JWK set, a JWK nor PEM");
    }
    JsonNode json =
        switch (Json.readDiscreetly(content)) {
          case Json.Value(JsonNode tree) -> tree;
          case Rejection rejection -> throw broken("is no JWK set: " + rejection.message());
        };
    return json.has("kty") ? one(json) : set(json.path("keys"));
  }

  private BrokenFileException broken(String what) {
    return broken("", what);
  }

  /// @param place of the key in the source; empty for all of it
  private BrokenFileException broken(String place, String what) {
    return new BrokenFileException(source + (place.isEmpty() ? " " : ": ") + place + what);
  }

  private KeySet one(JsonNode json) throws BrokenFileException {
    requirePublic(json, "");
    try {
      return new KeySet(List.of(key(json)), List.of());
    } catch (BrokenFileException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  private KeySet set(JsonNode list) throws BrokenFileException {
    if (!list.isArray()) {
      throw broken("must be a JWK set, an object with an array \"keys\", or a JWK with a \"kty\"");
    }
    if (list.size() > KeySet.MAX_KEYS) {
      throw broken("has more than " + KeySet.MAX_KEYS + " keys");
    }
    List<VerificationKey> keys = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String place = "keys[" + i + "] ";
      requirePublic(list.get(i), place);
      VerificationKey key = null;
      try {
        key = key(list.get(i));
      } catch (BrokenFileException e) {
        ignored.add(place + e.getMessage());
      }
      if (key != null && !isRepeated(key, keys)) {
        requireNewId(key, keys, place);
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      String why = String.join("; ", ignored.subList(0, Math.min(ignored.size(), MAX_TOLD)));
      throw broken("has no key that can be used" + (why.isEmpty() ? "" : ": " + why));
    }
    return new KeySet(keys, ignored);
  }

  /// Whether a key is there under this name already. It may have several: tokens with any of them are signed with it.
  private static boolean isRepeated(VerificationKey key, List<VerificationKey> others) {
    return others.stream()
        .anyMatch(other -> other.equals(key) && Objects.equals(other.id(), key.id()));
  }

  /// The same name for two keys would leave open which of them is meant, unless their algorithms say so.
  private void requireNewId(VerificationKey key, List<VerificationKey> others, String place)
      throws BrokenFileException {
    for (VerificationKey other : others) {
      boolean isSameId = key.id() != null && key.id().equals(other.id());
      if (isSameId && !Collections.disjoint(key.algorithms(), other.algorithms())) {
        throw broken(place, "has the kid of another key for the same algorithm");
      }
    }
  }

  private void requirePublic(JsonNode json, String place) throws BrokenFileException {
    boolean isSecret = json.path("kty").asString("").equals("oct");
    if (!isSecret && PRIVATE.stream().anyMatch(json::has)) {
      throw broken(
          place, "holds a private key, which belongs to the issuer alone; give the public one");
    }
  }

  /// @throws BrokenFileException when it cannot be used; the message is a part of a sentence
  private static VerificationKey key(JsonNode json) throws BrokenFileException {
    if (!json.isObject()) {
      throw new BrokenFileException("must be an object");
    }
    String type = text(json, "kty");
    requireForSignatures(json);
    String id = optionalText(json, "kid");
    if (id != null && id.length() > MAX_ID_LENGTH) {
      throw new BrokenFileException("has a kid of more than " + MAX_ID_LENGTH + " characters");
    }
    SignatureAlgorithm only = algorithm(json);
    try {
      return switch (type) {
        case "RSA" -> VerificationKey.of(rsa(json), id, only, null);
        case "EC" -> VerificationKey.of(ec(json), id, only, null);
        case "OKP" -> VerificationKey.of(edwards(json), id, only, null);
        case "oct" -> VerificationKey.ofSecret(bytes(json, "k"), id, only);
        default -> throw new BrokenFileException("has a kty other than RSA, EC, OKP and oct");
      };
    } catch (JOSEException | GeneralSecurityException e) {
      throw new BrokenFileException("is no valid " + type + " key");
    }
  }

  private static void requireForSignatures(JsonNode json) throws BrokenFileException {
    String use = optionalText(json, "use");
    if (use != null && !use.equals("sig")) {
      throw new BrokenFileException("has a use other than sig");
    }
    JsonNode operations = json.path("key_ops");
    if (operations.isMissingNode()) {
      return;
    }
    boolean verifies = false;
    for (JsonNode one : operations) {
      verifies |= one.asString("").equals("verify");
    }
    if (!operations.isArray() || !verifies) {
      throw new BrokenFileException("has key_ops without verify");
    }
  }

  private static @Nullable SignatureAlgorithm algorithm(JsonNode json) throws BrokenFileException {
    String name = optionalText(json, "alg");
    if (name == null) {
      return null;
    }
    Optional<SignatureAlgorithm> algorithm = SignatureAlgorithm.named(name);
    if (algorithm.isEmpty()) {
      throw new BrokenFileException("has an alg that is not used here");
    }
    return algorithm.get();
  }

  private static PublicKey rsa(JsonNode json) throws BrokenFileException, JOSEException {
    return new RSAKey.Builder(
            Base64URL.encode(bytes(json, "n")), Base64URL.encode(bytes(json, "e")))
        .build()
        .toRSAPublicKey();
  }

  private static PublicKey ec(JsonNode json) throws BrokenFileException, JOSEException {
    Curve curve =
        switch (text(json, "crv")) {
          case "P-256" -> Curve.P_256;
          case "P-384" -> Curve.P_384;
          default -> throw new BrokenFileException("is on a curve other than P-256 and P-384");
        };
    byte[] x = bytes(json, "x");
    byte[] y = bytes(json, "y");
    int length = curve.equals(Curve.P_256) ? 32 : 48;
    if (x.length != length || y.length != length) {
      throw new BrokenFileException("must have an x and a y of " + length + " bytes");
    }
    try {
      return new ECKey.Builder(curve, Base64URL.encode(x), Base64URL.encode(y))
          .build()
          .toECPublicKey();
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new BrokenFileException("is not a point of its curve");
    }
  }

  private static PublicKey edwards(JsonNode json)
      throws BrokenFileException, GeneralSecurityException {
    if (!text(json, "crv").equals("Ed25519")) {
      throw new BrokenFileException("is on a curve other than Ed25519");
    }
    byte[] x = bytes(json, "x");
    if (x.length != 32) {
      throw new BrokenFileException("must have an x of 32 bytes");
    }
    byte[] encoded = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + x.length);
    System.arraycopy(x, 0, encoded, ED25519_PREFIX.length, x.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
  }

  private static byte[] bytes(JsonNode json, String member) throws BrokenFileException {
    String text = text(json, member);
    try {
      if (BASE64_URL.matcher(text).matches()) {
        return Base64.getUrlDecoder().decode(text);
      }
    } catch (IllegalArgumentException e) {
      // Told as the rest is.
    }
    throw new BrokenFileException("must have " + member + " in base64url without padding");
  }

  private static String text(JsonNode json, String member) throws BrokenFileException {
    String text = optionalText(json, member);
    if (text == null || text.isEmpty()) {
      throw new BrokenFileException("must have a " + member);
    }
    return text;
  }

  private static @Nullable String optionalText(JsonNode json, String member)
      throws BrokenFileException {
    JsonNode value = json.path(member);
    if (value.isMissingNode()) {
      return null;
    }
    if (!value.isString()) {
      throw new BrokenFileException("must have " + member + " as a text");
    }
    return value.stringValue();
  }
}
