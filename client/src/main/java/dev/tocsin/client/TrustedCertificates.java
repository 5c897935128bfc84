package dev.tocsin.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Makes TLS that trusts certificates of one's own instead of the system's.
public final class TrustedCertificates {

  /// No file of certificates is longer.
  private static final int MAX_BYTES = 16 << 20;

  private TrustedCertificates() {}

  /// Trusts what the certificates of a file have signed, and nothing else. Host names are checked as ever.
  ///
  /// @param pem one or more certificates in PEM, those of authorities or of the server itself
  /// @throws IOException with a sentence, when the file cannot be read or holds no certificate
  public static SSLContext of(Path pem) throws IOException {
    Collection<? extends Certificate> certificates = read(pem);
    if (certificates.isEmpty()) {
      throw new IOException(pem + " holds no certificate; a PEM file is wanted");
    }
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int count = 0;
      for (Certificate certificate : certificates) {
        trusted.setCertificateEntry("ca-" + count++, certificate);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates of " + pem + " cannot be used", e);
    }
  }

  private static Collection<? extends Certificate> read(Path pem) throws IOException {
    try {
      if (Files.isDirectory(pem)) {
        throw new IOException(pem + " is a folder; a PEM file is wanted");
      }
      byte[] bytes;
      try (InputStream in = Files.newInputStream(pem)) {
        bytes = in.readNBytes(MAX_BYTES + 1);
      }
      if (bytes.length > MAX_BYTES) {
        throw new IOException(pem + " is larger than " + (MAX_BYTES >> 20) + " MiB");
      }
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(bytes));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + pem, e);
    } catch (AccessDeniedException e) {
      throw new IOException(pem + " cannot be read: access is denied", e);
    } catch (CertificateException e) {
      throw new IOException(pem + " holds no certificate in PEM that can be read", e);
    }
  }
}
