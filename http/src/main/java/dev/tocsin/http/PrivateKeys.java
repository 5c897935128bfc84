package dev.tocsin.http;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// Private keys as they stand in PEM files: PKCS #8, and the two forms from before it, which the JDK does not read and
/// which many programs still write.
final class PrivateKeys {

  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int CURVE = 0xA0;

  private PrivateKeys() {}

  static boolean isKey(PemPart part) {
    return part.label().endsWith("PRIVATE KEY");
  }

  /// @throws IllegalArgumentException with what is wrong
  static PrivateKey of(PemPart part) {
    if (part.isEncrypted()) {
      throw new IllegalArgumentException(
          "the key is encrypted, and nobody is there to type its password; 'openssl pkey' writes it"
              + " without");
    }
    byte[] der = part.der();
    byte[] pkcs8 =
        switch (part.label()) {
          case "PRIVATE KEY" -> der;
          case "RSA PRIVATE KEY" -> der(SEQUENCE, VERSION_0, RSA, der(OCTETS, der));
          case "EC PRIVATE KEY" ->
              der(SEQUENCE, VERSION_0, der(SEQUENCE, EC, curve(der)), der(OCTETS, der));
          default ->
              throw new IllegalArgumentException(
                  "a " + part.label() + " is none that TLS can use here: it takes RSA and EC keys");
        };
    try {
      for (String algorithm : new String[] {"RSA", "EC"}) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException e) {
          // Perhaps the other.
        }
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    throw new IllegalArgumentException("it holds no RSA or EC key that can be read");
  }

  /// Whether a signature of the one is good by the other.
  static boolean isPair(PrivateKey key, PublicKey certified) {
    if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    byte[] nonce = new byte[32];
    new SecureRandom().nextBytes(nonce);
    try {
      Signature signature =
          Signature.getInstance(
              key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
      signature.initSign(key);
      signature.update(nonce);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(nonce);
      return signature.verify(signed);
    } catch (InvalidKeyException | java.security.SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The curve that a key of SEC 1 (RFC 5915) names: what stands under `[0]`.
  private static byte[] curve(byte[] sec1) {
    try {
      int at = contents(sec1, 0);
      while (at < sec1.length) {
        int start = contents(sec1, at);
        int end = start + length(sec1, at);
        if ((sec1[at] & 0xFF) == CURVE) {
          return Arrays.copyOfRange(sec1, start, end);
        }
        at = end;
      }
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IllegalArgumentException("it holds no EC key that can be read", e);
    }
    throw new IllegalArgumentException(
        "the EC key does not say on which curve it is; 'openssl pkey' writes it so that it does");
  }

  /// Where the contents of what begins at a place begin.
  private static int contents(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
  }

  private static int length(byte[] der, int at) {
    int length = der[at + 1] & 0xFF;
    if (length < 0x80) {
      return length;
    }
    int bytes = length & 0x7F;
    length = 0;
    for (int i = 0; i < bytes; i++) {
      length = length << 8 | (der[at + 2 + i] & 0xFF);
    }
    if (bytes > 3 || at + 2 + bytes + length > der.length) {
      throw new IllegalArgumentException("too long");
    }
    return length;
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream contents = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      contents.writeBytes(part);
    }
    int length = contents.size();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(tag);
    if (length < 0x80) {
      whole.write(length);
    } else {
      whole.writeBytes(
          new byte[] {(byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length});
    }
    whole.writeBytes(contents.toByteArray());
    return whole.toByteArray();
  }
}
