package dev.tocsin.access;

import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A token in the compact form of RFC 7515, taken apart and not yet verified. Of its header only `alg`, `kid`, `typ` and `crit`
/// are looked at: a key that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) is worth nothing.
///
/// @param signed what the signature is of
/// @param claims the JSON of the claims
@SuppressWarnings("ArrayRecordComponent")
record SignedToken(
    SignatureAlgorithm algorithm,
    @Nullable String keyId,
    byte[] signed,
    byte[] signature,
    byte[] claims) {

  /// How many characters a token may have.
  static final int MAX_LENGTH = 8 << 10;

  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /// The types of tokens that say who somebody is. Tokens for other purposes (RFC 8725, section 3.11) say so.
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

  /// Takes a token apart.
  ///
  /// @throws RefusedTokenException when it is none, or signed in a way that does not count
  static SignedToken read(String text) throws RefusedTokenException {
    if (text.length() > MAX_LENGTH) {
      throw new RefusedTokenException("the token is longer than " + (MAX_LENGTH >> 10) + " KiB");
    }
    String[] parts = text.split("\\.", -1);
    if (parts.length == 5) {
      throw new RefusedTokenException("the token is encrypted (JWE), which is not taken");
    }
    if (parts.length != 3) {
      throw new RefusedTokenException("the token has not three parts");
    }
    JsonNode header = object(decoded(parts[0], "header"), "header");
    if (header.has("enc")) {
      throw new RefusedTokenException("the token is encrypted (JWE), which is not taken");
    }
    if (header.has("crit")) {
      throw new RefusedTokenException("the token's header has crit: extensions that are not known");
    }
    requireType(header.path("typ"));
    JsonNode id = header.path("kid");
    if (!id.isMissingNode() && !id.isString()) {
      throw new RefusedTokenException("the token's kid is not a text");
    }
    return new SignedToken(
        algorithm(header.path("alg")),
        id.isString() ? id.stringValue() : null,
        text.substring(0, text.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII),
        decoded(parts[2], "signature"),
        decoded(parts[1], "claims"));
  }

  private static SignatureAlgorithm algorithm(JsonNode json) throws RefusedTokenException {
    String name = json.asString("");
    if (name.toLowerCase(Locale.ROOT).equals("none")) {
      throw new RefusedTokenException("the token is not signed (alg none)");
    }
    return SignatureAlgorithm.named(json.isString() ? name : "")
        .orElseThrow(
            () -> new RefusedTokenException("the token's alg is none of those that are taken"));
  }

  private static void requireType(JsonNode json) throws RefusedTokenException {
    if (json.isMissingNode()) {
      return;
    }
    String type = json.asString("").toLowerCase(Locale.ROOT);
    String shortened = type.startsWith("application/") ? type.substring(12) : type;
    if (!json.isString() || !TYPES.contains(shortened)) {
      throw new RefusedTokenException("the token's typ is neither JWT nor at+jwt");
    }
  }

  private static byte[] decoded(String part, String what) throws RefusedTokenException {
    try {
      byte[] bytes = DECODER.decode(part);
      // Only one way to write it counts: no padding, no bits to spare.
      if (ENCODER.encodeToString(bytes).equals(part)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Told as the rest is.
    }
    throw new RefusedTokenException("the token's " + what + " must be base64url");
  }

  /// The object that a part of a token must be.
  static JsonNode object(byte[] json, String what) throws RefusedTokenException {
    return switch (Json.read(json)) {
      case Json.Value(JsonNode tree) when tree.isObject() -> tree;
      case Json.Value value ->
          throw new RefusedTokenException("the token's " + what + " must be an object");
      case Rejection rejection ->
          throw new RefusedTokenException("the JSON of the token's " + what + " is not valid");
    };
  }

  @Override
  public String toString() {
    return "SignedToken[…]";
  }
}
