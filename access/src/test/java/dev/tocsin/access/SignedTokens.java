package dev.tocsin.access;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Keys and tokens for tests, made by Java alone: what is tested verifies with a library.
final class SignedTokens {

  static final KeyPair RSA = pair("RSA", "2048");
  static final KeyPair OTHER_RSA = pair("RSA", "2048");
  static final KeyPair SHORT_RSA = pair("RSA", "1024");
  static final KeyPair P256 = pair("EC", "secp256r1");
  static final KeyPair P384 = pair("EC", "secp384r1");
  static final KeyPair P521 = pair("EC", "secp521r1");
  static final KeyPair ED25519 = pair("Ed25519", "");
  static final byte[] SECRET = new byte[64];

  static {
    for (int i = 0; i < SECRET.length; i++) {
      SECRET[i] = (byte) (i * 7 + 1);
    }
  }

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private SignedTokens() {}

  private static KeyPair pair(String kind, String size) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (kind.equals("RSA")) {
        generator.initialize(Integer.parseInt(size));
      } else if (kind.equals("EC")) {
        generator.initialize(new ECGenParameterSpec(size));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String base64(byte[] bytes) {
    return BASE64.encodeToString(bytes);
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  /// JSON written with single quotes.
  static String json(String text) {
    return text.replace('\'', '"');
  }

  /// A private key, or a secret, that fits an algorithm.
  static Object keyFor(String algorithm) {
    return switch (algorithm) {
      case "ES256" -> P256.getPrivate();
      case "ES384" -> P384.getPrivate();
      case "EdDSA" -> ED25519.getPrivate();
      case "HS256", "HS384", "HS512" -> SECRET;
      default -> RSA.getPrivate();
    };
  }

  /// The JWK of the key that verifies what [#keyFor] signs.
  static String jwkFor(String algorithm, String more) {
    return switch (algorithm) {
      case "ES256" -> ec(P256, "P-256", more);
      case "ES384" -> ec(P384, "P-384", more);
      case "EdDSA" -> edwards(more);
      case "HS256", "HS384", "HS512" -> secret(SECRET, more);
      default -> rsa(RSA, more);
    };
  }

  static String rsa(KeyPair pair, String more) {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    return json(
        "{'kty':'RSA','n':'"
            + base64(magnitude(key.getModulus(), 0))
            + "','e':'AQAB'"
            + more
            + "}");
  }

  static String ec(KeyPair pair, String curve, String more) {
    ECPublicKey key = (ECPublicKey) pair.getPublic();
    int length = (key.getParams().getCurve().getField().getFieldSize() + 7) / 8;
    return json(
        "{'kty':'EC','crv':'"
            + curve
            + "','x':'"
            + base64(magnitude(key.getW().getAffineX(), length))
            + "','y':'"
            + base64(magnitude(key.getW().getAffineY(), length))
            + "'"
            + more
            + "}");
  }

  static String edwards(String more) {
    byte[] encoded = ED25519.getPublic().getEncoded();
    byte[] x = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return json("{'kty':'OKP','crv':'Ed25519','x':'" + base64(x) + "'" + more + "}");
  }

  static String secret(byte[] secret, String more) {
    return json("{'kty':'oct','k':'" + base64(secret) + "'" + more + "}");
  }

  static String set(String... jwks) {
    return "{\"keys\":[" + String.join(",", jwks) + "]}";
  }

  static String pem(KeyPair pair) {
    return pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  static String pem(String kind, byte[] der) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END "
        + kind
        + "-----\n";
  }

  private static byte[] magnitude(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    byte[] magnitude = Arrays.copyOfRange(bytes, from, bytes.length);
    byte[] padded = new byte[Math.max(length, magnitude.length)];
    System.arraycopy(magnitude, 0, padded, padded.length - magnitude.length, magnitude.length);
    return padded;
  }

  /// A good header.
  static String header(String algorithm) {
    return json("{'alg':'" + algorithm + "','typ':'JWT'}");
  }

  /// Good claims that end in an hour, with more.
  static String claims(Instant now, String more) {
    return json("{'sub':'anna','exp':" + (now.getEpochSecond() + 3_600) + more + "}");
  }

  /// A token signed with the key that fits the algorithm.
  static String token(String algorithm, String header, String claims) {
    return signed(algorithm, keyFor(algorithm), base64(header) + "." + base64(claims));
  }

  static String token(String algorithm, Instant now) {
    return token(algorithm, header(algorithm), claims(now, ""));
  }

  /// A token of a key and any text before the last dot.
  static String signed(String algorithm, Object key, String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      return text + "." + base64(signature(algorithm, key, bytes));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] signature(String algorithm, Object key, byte[] bytes)
      throws GeneralSecurityException {
    String hash = algorithm.substring(2);
    if (key instanceof byte[] secret) {
      Mac mac = Mac.getInstance("HmacSHA" + hash);
      mac.init(new SecretKeySpec(secret, "HmacSHA" + hash));
      return mac.doFinal(bytes);
    }
    Signature signature =
        Signature.getInstance(
            switch (algorithm.substring(0, 2)) {
              case "RS" -> "SHA" + hash + "withRSA";
              case "PS" -> "RSASSA-PSS";
              case "ES" -> "SHA" + hash + "withECDSAinP1363Format";
              default -> "Ed25519";
            });
    if (algorithm.startsWith("PS")) {
      signature.setParameter(
          new PSSParameterSpec(
              "SHA-" + hash,
              "MGF1",
              new MGF1ParameterSpec("SHA-" + hash),
              Integer.parseInt(hash) / 8,
              1));
    }
    signature.initSign((PrivateKey) key);
    signature.update(bytes);
    return signature.sign();
  }
}
