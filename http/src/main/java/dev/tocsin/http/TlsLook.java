package dev.tocsin.http;

import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server would encrypt with that started now: read and judged as it does, and nothing is started. Immutable.
///
/// @param chain the server's certificate first
/// @param clientCas who may vouch for the certificates of clients; empty when clients are not asked for one
/// @param fault why clients will refuse the certificate now, a sentence; `null` when they need not
/// @param isKeyOpenToAll whether every user of this machine may read the private key
public record TlsLook(
    List<X509Certificate> chain,
    List<X509Certificate> clientCas,
    @Nullable String fault,
    boolean isKeyOpenToAll) {

  public TlsLook {
    chain = List.copyOf(chain);
    clientCas = List.copyOf(clientCas);
  }

  /// Reads the files.
  ///
  /// @throws StartFailedException with a sentence that names the file, when they cannot be used
  public static TlsLook at(TlsFiles files, InstantSource clock) throws StartFailedException {
    Tls tls = Tls.read(files, clock, Tls.bestProvider());
    try {
      TlsIdentity identity = tls.identity();
      return new TlsLook(
          identity.chain(),
          identity.clientCas(),
          identity.fault(files, clock.instant()),
          TlsIdentity.isOpenToAll(files.key()));
    } finally {
      tls.close();
    }
  }
}
