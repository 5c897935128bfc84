package dev.tocsin.jetstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
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
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Makes what Java needs for TLS of PEM files.
final class PemFiles {

  /// The largest file, in bytes.
  static final int MAX_FILE_BYTES = 1 << 20;

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private static final Pattern CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  private static final String[] KEY_ALGORITHMS = {"EC", "RSA", "EdDSA"};

  private PemFiles() {}

  /// What connections are encrypted with.
  ///
  /// @param servers knows what the servers are called
  static SSLContext context(JetStreamTls tls, ServerAddresses servers)
      throws JetStreamOpenException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManager trust = new ServerTrust(authorities(tls.authorities()), servers);
      context.init(keys(tls), new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new JetStreamOpenException("TLS to NATS cannot be set up: " + e.getMessage(), e);
    }
  }

  /// @param file `null` for those that Java trusts
  private static X509ExtendedTrustManager authorities(@Nullable Path file)
      throws JetStreamOpenException, GeneralSecurityException, IOException {
    KeyStore store = null;
    if (file != null) {
      store = emptyStore();
      for (Certificate certificate : certificates(file)) {
        store.setCertificateEntry("authority" + store.size(), certificate);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager one) {
        return one;
      }
    }
    throw new GeneralSecurityException("Java has nothing that looks at certificates");
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
    PrivateKey own = privateKey(key);
    requirePair(chain[0], certificate, own, key);
    store.setKeyEntry("gateway", own, new char[0], chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  /// Refuses a key that is another certificate's: servers would say nothing but that they do not like it.
  private static void requirePair(
      Certificate certificate, Path certificateFile, PrivateKey key, Path keyFile)
      throws JetStreamOpenException, GeneralSecurityException {
    byte[] text = {1};
    Signature signature =
        Signature.getInstance(
            switch (key.getAlgorithm()) {
              case "RSA" -> "SHA256withRSA";
              case "EC" -> "SHA256withECDSA";
              default -> "EdDSA";
            });
    boolean fits;
    try {
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(text);
      fits = signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      fits = false;
    }
    if (!fits) {
      throw new JetStreamOpenException(
          keyFile + " is not the key of the certificate in " + certificateFile);
    }
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
      certificates = factory.generateCertificates(new ByteArrayInputStream(certificateText(file)));
    } catch (CertificateException e) {
      throw new JetStreamOpenException(file + " holds no certificate: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new JetStreamOpenException(file + " holds no certificate");
    }
    return certificates;
  }

  /// What a file has of certificates: there may be a key beside them, and remarks.
  private static byte[] certificateText(Path file) throws JetStreamOpenException {
    String text = new String(bytes(file), StandardCharsets.ISO_8859_1);
    StringBuilder blocks = new StringBuilder();
    CERTIFICATE.matcher(text).results().forEach(block -> blocks.append(block.group()).append('\n'));
    return blocks.toString().getBytes(StandardCharsets.ISO_8859_1);
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
    PKCS8EncodedKeySpec spec;
    try {
      spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    } catch (IllegalArgumentException e) {
      throw new JetStreamOpenException(file + " holds a private key that is spoilt", e);
    }
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
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw new JetStreamOpenException(file + " cannot be read: there is no such file", e);
    } catch (AccessDeniedException e) {
      throw new JetStreamOpenException(file + " cannot be read: access is denied", e);
    } catch (IOException e) {
      throw new JetStreamOpenException(file + " cannot be read: " + e.getMessage(), e);
    }
    if (content.length > MAX_FILE_BYTES) {
      throw new JetStreamOpenException(
          file + " is larger than " + (MAX_FILE_BYTES >> 20) + " MiB: it is no PEM file");
    }
    return content;
  }
}
