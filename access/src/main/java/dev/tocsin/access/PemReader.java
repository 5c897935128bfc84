package dev.tocsin.access;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads public keys and certificates in PEM (RFC 7468). The messages of its exceptions go on where a file's name was.
final class PemReader {

  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");
  private static final List<String> KINDS_OF_KEY = List.of("RSA", "EC", "Ed25519");

  private PemReader() {}

  /// Whether a text is PEM at all.
  static boolean isPem(String text) {
    return !text.stripLeading().startsWith("{") && text.contains("-----BEGIN ");
  }

  /// Reads all keys of a text.
  static KeySet read(String text, Instant now) throws BrokenFileException {
    List<VerificationKey> keys = new ArrayList<>();
    Matcher begin = BEGIN.matcher(text);
    int at = 0;
    while (begin.find(at)) {
      String kind = String.valueOf(begin.group(1));
      String place = "PEM block " + (keys.size() + 1);
      if (kind.contains("PRIVATE KEY")) {
        throw new BrokenFileException(
            "holds a private key, which belongs to the issuer alone; give the public one");
      }
      String end = "-----END " + kind + "-----";
      int ending = text.indexOf(end, begin.end());
      if (ending < 0) {
        throw new BrokenFileException("has no line " + end + " (" + place + ")");
      }
      keys.add(key(kind, decoded(text.substring(begin.end(), ending), place), place, now));
      if (keys.size() > KeySet.MAX_KEYS) {
        throw new BrokenFileException("has more than " + KeySet.MAX_KEYS + " keys");
      }
      at = ending + end.length();
    }
    if (keys.isEmpty()) {
      throw new BrokenFileException("has no key that can be used");
    }
    return new KeySet(keys, List.of());
  }

  private static byte[] decoded(String base64, String place) throws BrokenFileException {
    try {
      return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      throw new BrokenFileException("has a " + place + " that is not Base64");
    }
  }

  private static VerificationKey key(String kind, byte[] der, String place, Instant now)
      throws BrokenFileException {
    PublicKey key;
    Instant end = null;
    switch (kind) {
      case "PUBLIC KEY" -> key = publicKey(der);
      case "CERTIFICATE" -> {
        X509Certificate certificate = certificate(der);
        key = certificate == null ? null : certificate.getPublicKey();
        end = certificate == null ? null : certificate.getNotAfter().toInstant();
      }
      case "RSA PUBLIC KEY" ->
          throw new BrokenFileException(
              "has a "
                  + place
                  + " in the old form of RSA; openssl rsa -RSAPublicKey_in -pubout makes the new"
                  + " one");
      default ->
          throw new BrokenFileException("has a " + place + " that is a " + kind + ", not a key");
    }
    if (key == null) {
      throw new BrokenFileException("has a " + place + " that is no " + kind + " used here");
    }
    if (end != null && !now.isBefore(end)) {
      throw new BrokenFileException("has a " + place + ": a certificate that ended at " + end);
    }
    try {
      return VerificationKey.of(key, null, null, end);
    } catch (BrokenFileException e) {
      throw new BrokenFileException("has a " + place + " that " + e.getMessage());
    }
  }

  private static @Nullable PublicKey publicKey(byte[] der) {
    for (String kind : KINDS_OF_KEY) {
      try {
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // It is of another kind, or of none.
      }
    }
    return null;
  }

  private static @Nullable X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      return null;
    }
  }
}
