package dev.tocsin.jetstream;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files for TLS to NATS, in PEM.
///
/// @param authorities the certificates of those who vouch for the servers; `null` for those that Java trusts
/// @param certificate what this gateway shows of itself, with its chain; `null` for nothing
/// @param key the certificate's private key, PKCS #8 and not encrypted
public record JetStreamTls(
    @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {

  /// What Java trusts, and nothing of this gateway's.
  static final JetStreamTls USUAL = new JetStreamTls(null, null, null);

  public JetStreamTls {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("a certificate and its key go together");
    }
  }
}
