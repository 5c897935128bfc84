package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.bridges.description.MissingSecretException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Whose certificates are trusted.
final class Trust {

  private Trust() {}

  /// What speaks TLS.
  ///
  /// @param authorities a file of certificates (PEM) that are trusted, and no others; `null` for those that the Java platform
  /// trusts
  /// @throws MissingSecretException when there is no such file
  static SSLSocketFactory of(@Nullable Path authorities) throws MissingSecretException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, authorities == null ? null : only(authorities).getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException e) {
      throw unreadable(authorities, FileTrouble.of(e));
    } catch (GeneralSecurityException e) {
      throw unreadable(authorities, String.valueOf(e.getMessage()));
    }
  }

  private static MissingSecretException unreadable(@Nullable Path authorities, String reason) {
    return new MissingSecretException(
        "the certificates of " + authorities + " cannot be read: " + reason);
  }

  private static TrustManagerFactory only(Path authorities)
      throws IOException, GeneralSecurityException {
    Collection<? extends Certificate> certificates;
    try (InputStream in = Files.newInputStream(authorities)) {
      certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
    if (certificates.isEmpty()) {
      throw new IOException("there is none in it");
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int i = 0;
    for (Certificate certificate : certificates) {
      store.setCertificateEntry("ca" + i++, certificate);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust;
  }
}
