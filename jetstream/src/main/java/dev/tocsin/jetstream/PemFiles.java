package dev.tocsin.jetstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Makes what Java needs for TLS of PEM files.
final class PemFiles {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private static final String[] KEY_ALGORITHMS = {"EC", "RSA", "EdDSA"};

  private PemFiles() {}

  /// What connections are encrypted with.
  static SSLContext context(JetStreamTls tls) throws JetStreamOpenException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(tls), trust(tls.authorities()), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new JetStreamOpenException("TLS to NATS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static TrustManager @Nullable [] trust(@Nullable Path authorities)
      throws JetStreamOpenException, GeneralSecurityException, IOException {
    if (authorities == null) {
      return null;
    }
    KeyStore store = emptyStore();
    for (Certificate certificate : certificates(authorities)) {
      store.setCertificateEntry("authority" + store.size(), certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager @Nullable [] keys(JetStreamTls tls)
      throws JetStreamOpenException, GeneralSecurityException, IOException {
    Path certificate = tls.certificate();
    Path key = tls.key();
    if (certificate == null || key == null) {
      return null;
    }
    KeyStore store = emptyStore();
    Certificate[] chain = certificates(certificate).toArray(Certificate[]::new);
    store.setKeyEntry("gateway", privateKey(key), new char[0], chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws JetStreamOpenException, GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    Collection<? extends Certificate> certificates;
    try {
      certificates = factory.generateCertificates(new ByteArrayInputStream(bytes(file)));
    } catch (CertificateException e) {
      throw new JetStreamOpenException(file + " holds no certificate: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new JetStreamOpenException(file + " holds no certificate");
    }
    return certificates;
  }

  private static PrivateKey privateKey(Path file)
      throws JetStreamOpenException, GeneralSecurityException {
    Matcher matcher = KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new JetStreamOpenException(
          file
              + " holds no private key in PKCS #8 (BEGIN PRIVATE KEY):"
              + " openssl pkcs8 -topk8 -nocrypt makes one of others");
    }
    PKCS8EncodedKeySpec spec =
        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // Of another algorithm.
      }
    }
    throw new JetStreamOpenException(file + " holds a private key of a kind that is not known");
  }

  private static byte[] bytes(Path file) throws JetStreamOpenException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new JetStreamOpenException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
