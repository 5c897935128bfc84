package dev.tocsin.app;

import dev.tocsin.client.TrustedCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which certificates a command trusts.
final class CaOption {

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "The certificates to trust at https:// and wss:// addresses, in PEM, instead of the"
              + " system's.")
  private @Nullable Path file;

  /// Whether there is a file of its own.
  boolean isGiven() {
    return file != null;
  }

  /// That file; `null` for what the system trusts.
  @Nullable Path file() {
    return file;
  }

  /// What to say again on another command line.
  List<String> arguments() {
    return file == null ? List.of() : List.of("--ca", file.toString());
  }

  /// What TLS is to trust; `null` for the system's certificates.
  @Nullable SSLContext ssl() throws Failure {
    try {
      return file == null ? null : TrustedCertificates.of(file);
    } catch (IOException e) {
      throw new Failure("--ca: " + e.getMessage(), e);
    }
  }
}
