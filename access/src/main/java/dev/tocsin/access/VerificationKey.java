package dev.tocsin.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A key that tokens are verified with, and the algorithms that it is made for: no other may use it. Immutable, safe for any
/// thread. It may be a secret, so it shows nothing of itself.
///
/// Two are equal when they are the same key for the same algorithms, whatever they are called.
final class VerificationKey {

  private static final int MIN_RSA_BITS = 2_048;
  private static final int MAX_RSA_BITS = 8_192;
  private static final int MAX_EXPONENT_BITS = 64;

  private final @Nullable String id;
  private final Set<SignatureAlgorithm> algorithms;
  private final @Nullable Instant end;
  private final byte[] material;
  private final Check check;

  /// Compares a signature with what was signed.
  private interface Check {
    boolean isGood(SignatureAlgorithm algorithm, byte[] signed, byte[] signature)
        throws JOSEException, GeneralSecurityException;
  }

  private VerificationKey(
      @Nullable String id,
      Set<SignatureAlgorithm> algorithms,
      @Nullable Instant end,
      byte[] material,
      Check check) {
    this.id = id;
    this.algorithms = EnumSet.copyOf(algorithms);
    this.end = end;
    this.material = material;
    this.check = check;
  }

  /// A public key.
  ///
  /// @param id its `kid`, if it has one
  /// @param only the one algorithm that it may be used with; `null` for all that it is made for
  /// @param end when its certificate ends; `null` without one
  /// @throws BrokenFileException when it is no good; the message is a part of a sentence
  static VerificationKey of(
      PublicKey key, @Nullable String id, @Nullable SignatureAlgorithm only, @Nullable Instant end)
      throws BrokenFileException {
    try {
      return switch (key) {
        case RSAPublicKey rsa -> {
          requireStrong(rsa);
          yield made(
              SignatureAlgorithm.Family.RSA, key, id, only, end, jose(new RSASSAVerifier(rsa)));
        }
        case ECPublicKey ec -> {
          Curve curve = Curve.forECParameterSpec(ec.getParams());
          if (!Curve.P_256.equals(curve) && !Curve.P_384.equals(curve)) {
            throw new BrokenFileException("is on a curve other than P-256 and P-384");
          }
          SignatureAlgorithm.Family family =
              Curve.P_256.equals(curve)
                  ? SignatureAlgorithm.Family.P256
                  : SignatureAlgorithm.Family.P384;
          // Refuses a point that is not on its curve.
          yield made(family, key, id, only, end, jose(new ECDSAVerifier(ec)));
        }
        case EdECPublicKey ed -> {
          if (!ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName())) {
            throw new BrokenFileException("is on an Edwards curve other than Ed25519");
          }
          yield made(SignatureAlgorithm.Family.ED25519, key, id, only, end, edwards(ed));
        }
        default -> throw new BrokenFileException("is neither an RSA, an EC nor an Ed25519 key");
      };
    } catch (JOSEException e) {
      throw new BrokenFileException("is not a valid point of its curve");
    }
  }

  private static VerificationKey made(
      SignatureAlgorithm.Family family,
      PublicKey key,
      @Nullable String id,
      @Nullable SignatureAlgorithm only,
      @Nullable Instant end,
      Check check)
      throws BrokenFileException {
    return new VerificationKey(
        id, allowed(SignatureAlgorithm.of(family), only), end, key.getEncoded(), check);
  }

  /// A secret that is shared with the issuer.
  ///
  /// @throws BrokenFileException when it is no good; the message is a part of a sentence
  static VerificationKey ofSecret(
      byte[] secret, @Nullable String id, @Nullable SignatureAlgorithm only)
      throws BrokenFileException {
    Set<SignatureAlgorithm> strong = SignatureAlgorithm.of(SignatureAlgorithm.Family.SECRET);
    strong.removeIf(one -> secret.length < one.leastSecretBytes());
    if (strong.isEmpty() || (only != null && secret.length < only.leastSecretBytes())) {
      int least =
          only == null ? SignatureAlgorithm.HS256.leastSecretBytes() : only.leastSecretBytes();
      throw new BrokenFileException(
          "is a secret of " + secret.length + " bytes; it must have " + least + " at least");
    }
    try {
      return new VerificationKey(
          id, allowed(strong, only), null, secret.clone(), jose(new MACVerifier(secret)));
    } catch (JOSEException e) {
      throw new BrokenFileException("is no secret for HS256, HS384 or HS512");
    }
  }

  private static Set<SignatureAlgorithm> allowed(
      Set<SignatureAlgorithm> made, @Nullable SignatureAlgorithm only) throws BrokenFileException {
    if (only == null) {
      return made;
    }
    if (!made.contains(only)) {
      throw new BrokenFileException("says alg " + only + ", which such a key is not made for");
    }
    return EnumSet.of(only);
  }

  private static void requireStrong(RSAPublicKey key) throws BrokenFileException {
    int bits = key.getModulus().bitLength();
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
      throw new BrokenFileException(
          "is an RSA key of "
              + bits
              + " bits; it must have "
              + MIN_RSA_BITS
              + " to "
              + MAX_RSA_BITS);
    }
    BigInteger exponent = key.getPublicExponent();
    if (exponent.signum() <= 0
        || !exponent.testBit(0)
        || exponent.equals(BigInteger.ONE)
        || exponent.bitLength() > MAX_EXPONENT_BITS
        || !key.getModulus().testBit(0)) {
      throw new BrokenFileException("is no valid RSA key");
    }
  }

  private static Check jose(JWSVerifier verifier) {
    return (algorithm, signed, signature) ->
        verifier.verify(new JWSHeader(algorithm.jose()), signed, Base64URL.encode(signature));
  }

  /// By Java's own provider: the library would need another library for it.
  private static Check edwards(EdECPublicKey key) {
    return (algorithm, signed, signature) -> {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    };
  }

  /// Its `kid`, if it has one.
  @Nullable String id() {
    return id;
  }

  /// What it is made for.
  Set<SignatureAlgorithm> algorithms() {
    return EnumSet.copyOf(algorithms);
  }

  /// Whether it is made for an algorithm.
  boolean fits(SignatureAlgorithm algorithm) {
    return algorithms.contains(algorithm);
  }

  /// Whether its certificate, if it has one, has not ended.
  boolean isCurrent(Instant now) {
    return end == null || now.isBefore(end);
  }

  /// Whether somebody who has this key, or its private half, has signed something. Never with an algorithm that the key is not
  /// made for.
  boolean hasSigned(byte[] signed, byte[] signature, SignatureAlgorithm algorithm) {
    try {
      return fits(algorithm) && check.isGood(algorithm, signed, signature);
    } catch (JOSEException | GeneralSecurityException e) {
      // A signature of a wrong form.
      return false;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerificationKey key
        && key.algorithms.equals(algorithms)
        && MessageDigest.isEqual(key.material, material);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(material);
  }

  /// Without the key.
  @Override
  public String toString() {
    return "key for " + algorithms;
  }
}
