package dev.tocsin.app;

import dev.tocsin.http.TlsFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say what a server encrypts its connections with.
final class TlsOptions {

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "The server's certificate in PEM, followed by those that lead to one that clients trust:"
              + " the port then speaks https and wss. A changed file is taken up within 10 s.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of that certificate in PEM, not encrypted.")
  private @Nullable Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description =
          "Ask clients for a certificate, and take those for which one of these, in PEM, vouches. A"
              + " client may have none.")
  private @Nullable Path clientCa;

  /// Whether clients may say by a certificate who they are.
  boolean takesCertificates() {
    return clientCa != null;
  }

  /// The files that were named.
  ///
  /// @return `null` when there is to be no TLS
  @Nullable TlsFiles files() throws WrongUse {
    if (certificate == null && key == null) {
      if (clientCa != null) {
        throw new WrongUse("--tls-client-ca needs TLS: give --tls-cert and --tls-key as well");
      }
      return null;
    }
    if (certificate == null) {
      throw new WrongUse("--tls-key needs the certificate that it belongs to: give --tls-cert");
    }
    if (key == null) {
      throw new WrongUse("--tls-cert needs the private key that belongs to it: give --tls-key");
    }
    return new TlsFiles(certificate, key, clientCa);
  }
}
