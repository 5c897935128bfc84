package dev.tocsin.access;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The ways in which a token may be signed (RFC 7518, RFC 8037); `none` is not among them.
enum SignatureAlgorithm {
  RS256(Family.RSA),
  RS384(Family.RSA),
  RS512(Family.RSA),
  PS256(Family.RSA),
  ES256(Family.P256),
  ES384(Family.P384),
  EdDSA(Family.ED25519),
  HS256(Family.SECRET),
  HS384(Family.SECRET),
  HS512(Family.SECRET);

  /// Which keys are made for an algorithm.
  enum Family {
    RSA,
    P256,
    P384,
    ED25519,
    SECRET
  }

  private final Family family;

  SignatureAlgorithm(Family family) {
    this.family = family;
  }

  /// The algorithm of a name, which counts in its letter case.
  static Optional<SignatureAlgorithm> named(String name) {
    return Arrays.stream(values()).filter(one -> one.name().equals(name)).findFirst();
  }

  /// All for which keys of a family are made.
  static Set<SignatureAlgorithm> of(Family family) {
    Set<SignatureAlgorithm> all = EnumSet.noneOf(SignatureAlgorithm.class);
    for (SignatureAlgorithm one : values()) {
      if (one.family == family) {
        all.add(one);
      }
    }
    return all;
  }

  /// The library's name for it.
  JWSAlgorithm jose() {
    return JWSAlgorithm.parse(name());
  }

  /// How many bytes a secret must have at least: as many as the hash (RFC 7518, section 3.2).
  int leastSecretBytes() {
    return switch (this) {
      case HS384 -> 48;
      case HS512 -> 64;
      default -> 32;
    };
  }
}
