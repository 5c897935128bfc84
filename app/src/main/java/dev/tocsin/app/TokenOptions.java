package dev.tocsin.app;

import dev.tocsin.access.JwtSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which signed tokens are taken.
final class TokenOptions {

  @Option(
      names = "--jwt-keys",
      paramLabel = "FILE|URL",
      description =
          "Take signed tokens (JWT): the issuer's keys, as a JWK set, PEM, or the URL of a JWK"
              + " set.")
  private @Nullable String keys;

  @Option(
      names = "--jwt-issuer",
      paramLabel = "TEXT",
      description = "What the claim 'iss' of a token must be (default: anything).")
  private @Nullable String issuer;

  @Option(
      names = "--jwt-audience",
      paramLabel = "TEXT",
      description = "What the claim 'aud' of a token must name (default: anything).")
  private @Nullable String audience;

  /// Refuses what means nothing.
  void check() throws WrongUse {
    if (keys == null && (issuer != null || audience != null)) {
      throw new WrongUse("--jwt-issuer and --jwt-audience mean something with --jwt-keys only");
    }
  }

  /// Whether there are keys to verify them with.
  boolean areTaken() {
    return keys != null;
  }

  /// What the options come down to; `null` when no tokens are taken.
  @Nullable JwtSettings settings() {
    return keys == null ? null : new JwtSettings(keys, issuer, audience);
  }
}
