package dev.tocsin.access;

import dev.tocsin.hub.Rights;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a token says of somebody, once its signature was found good. Immutable.
///
/// @param name the claim `sub`
/// @param expires the claim `exp`
/// @param rights the claim `tocsin`; `null` without it
/// @param roles the claim `roles`, which counts where there is no `tocsin`
record Claims(String name, Instant expires, @Nullable Rights rights, List<String> roles) {

  /// How far the issuer's clock and ours may be apart.
  static final Duration LEEWAY = Duration.ofSeconds(60);

  /// The last second of the year 9999.
  private static final double LATEST = 253_402_300_799.0;

  /// The place with which a fault of [RightsReader] begins: our words, none of the token's.
  private static final Pattern PLACE = Pattern.compile("tocsin[a-z.\\[\\]0-9]*");

  Claims {
    roles = List.copyOf(roles);
  }

  /// Reads and checks the claims of a token whose signature is good.
  ///
  /// @throws RefusedTokenException when something is missing, malformed, or not for us, or it is not the time
  static Claims read(byte[] json, JwtSettings settings, Instant now) throws RefusedTokenException {
    JsonNode claims = SignedToken.object(json, "claims");
    Instant expires = time(claims, "exp");
    if (expires == null) {
      throw new RefusedTokenException("the token has no exp");
    }
    if (!now.isBefore(expires.plus(LEEWAY))) {
      throw new RefusedTokenException("the token has expired");
    }
    Instant begin = time(claims, "nbf");
    if (begin != null && now.isBefore(begin.minus(LEEWAY))) {
      throw new RefusedTokenException("the token is not valid yet (nbf)");
    }
    requireIssuer(claims.path("iss"), settings.issuer());
    requireAudience(claims.path("aud"), settings.audience());
    String name = claims.path("sub").isString() ? claims.path("sub").stringValue() : "";
    if (!Names.isName(name)) {
      throw new RefusedTokenException(
          "the token's sub cannot be a name: 1 to "
              + Names.MAX_LENGTH
              + " characters, none of them a control character");
    }
    Rights rights = rights(claims.path("tocsin"));
    return new Claims(
        name, expires, rights, rights == null ? roles(claims.path("roles")) : List.of());
  }

  private static @Nullable Instant time(JsonNode claims, String name) throws RefusedTokenException {
    JsonNode value = claims.path(name);
    if (value.isMissingNode()) {
      return null;
    }
    double seconds = value.isNumber() ? value.asDouble(-1) : -1;
    if (!(seconds >= 0 && seconds <= LATEST)) {
      throw new RefusedTokenException("the token's " + name + " is not a time in seconds");
    }
    return Instant.ofEpochMilli((long) (seconds * 1_000));
  }

  private static void requireIssuer(JsonNode value, @Nullable String issuer)
      throws RefusedTokenException {
    if (issuer != null && !(value.isString() && value.stringValue().equals(issuer))) {
      throw new RefusedTokenException("the token is from another issuer (iss)");
    }
  }

  private static void requireAudience(JsonNode value, @Nullable String audience)
      throws RefusedTokenException {
    if (audience == null) {
      return;
    }
    boolean isForUs = value.isString() && value.stringValue().equals(audience);
    if (value.isArray()) {
      for (JsonNode one : value) {
        isForUs |= one.isString() && one.stringValue().equals(audience);
      }
    }
    if (!isForUs) {
      throw new RefusedTokenException("the token is for another audience (aud)");
    }
  }

  private static @Nullable Rights rights(JsonNode value) throws RefusedTokenException {
    if (value.isMissingNode()) {
      return null;
    }
    return switch (RightsReader.read(value, "tocsin")) {
      case RightsReader.Reading.Read(Rights read) -> read;
      case RightsReader.Reading.Refused(List<String> faults) -> {
        Matcher place = PLACE.matcher(faults.getFirst());
        throw new RefusedTokenException(
            "the token's claim tocsin does not hold grants: see "
                + (place.lookingAt() ? place.group() : "tocsin"));
      }
    };
  }

  private static List<String> roles(JsonNode value) throws RefusedTokenException {
    List<String> roles = new ArrayList<>();
    boolean isGood = value.isMissingNode() || value.isString() || value.isArray();
    if (value.isString()) {
      for (String role : value.stringValue().split(" ", -1)) {
        if (!role.isEmpty()) {
          roles.add(role);
        }
      }
    } else if (value.isArray()) {
      for (JsonNode one : value) {
        isGood &= one.isString();
        roles.add(one.asString(""));
      }
    }
    if (!isGood || roles.size() > Names.MAX_ROLES) {
      throw new RefusedTokenException(
          "the token's roles are neither an array of at most "
              + Names.MAX_ROLES
              + " texts nor one text");
    }
    return roles;
  }
}
