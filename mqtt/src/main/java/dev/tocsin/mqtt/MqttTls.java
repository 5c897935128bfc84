package dev.tocsin.mqtt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Whom a client trusts, and by what it shows who it is: files as brokers' documentation makes them (PEM). Immutable; the files
/// are read at each call, so that renewed ones hold from the next connection on.
///
/// @param ca certificates of the authorities to trust; `null` for those of the Java platform
/// @param certificate the client's own, with those between it and its authority; `null` for none
/// @param key the private key of the certificate, not encrypted (PKCS #8); `null` for none
public record MqttTls(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {

  /// The largest file, in bytes.
  public static final int MAX_FILE_BYTES = 1 << 20;

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");
  private static final char[] NO_PASSWORD = new char[0];

  public MqttTls {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("a certificate and its key go together");
    }
  }

  /// Reads the files.
  ///
  /// @throws IOException with a sentence that names the file
  public SSLContext context() throws IOException {
    TrustManager @Nullable [] trusted = ca == null ? null : trust(ca);
    KeyManager @Nullable [] own =
        certificate == null || key == null ? null : identity(certificate, key);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be had: " + e.getMessage(), e);
    }
  }

  /// Why TLS could not begin, in words.
  static String sentence(SSLException e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return (e.getCause() instanceof CertificateException
            ? "its certificate is not accepted: "
            : "TLS fails with it: ")
        + deepest.getMessage();
  }

  private static TrustManager[] trust(Path ca) throws IOException {
    try {
      KeyStore store = empty();
      int number = 0;
      for (Certificate one : certificates(ca)) {
        store.setCertificateEntry("ca-" + number++, one);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException(ca + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static KeyManager[] identity(Path certificate, Path key) throws IOException {
    try {
      Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
      KeyStore store = empty();
      store.setKeyEntry("own", privateKey(key), NO_PASSWORD, chain);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException(
          certificate + " and " + key + " cannot be used together: " + e.getMessage(), e);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file) throws IOException {
    byte[] bytes = read(file);
    try {
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (all.isEmpty()) {
        throw new IOException(file + " has no certificate: a PEM file is wanted");
      }
      return all;
    } catch (CertificateException e) {
      throw new IOException(file + " has no certificate that can be read: a PEM file is wanted", e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    Matcher matcher = KEY.matcher(new String(read(file), StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new IOException(
          file
              + " has no private key in PKCS #8 without a password; openssl pkcs8 -topk8 -nodes -in"
              + " OLD -out NEW makes one");
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(matcher.group(1));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " has a private key that is no Base64", e);
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // Of another algorithm.
      }
    }
    throw new IOException(file + " has a private key that is neither RSA nor EC nor Ed25519");
  }

  private static byte[] read(Path file) throws IOException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + " does not exist", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + " cannot be read: access is denied", e);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
    if (content.length > MAX_FILE_BYTES) {
      throw new IOException(file + " is larger than " + (MAX_FILE_BYTES >> 20) + " MiB");
    }
    return content;
  }
}
