package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whatever is read from outside is read, or refused in words: never an exception of something below. What tests of that
/// have in common.
final class ReadOrRefused {

  static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  private ReadOrRefused() {}

  static void isASentence(BrokenFileException e) {
    assertThat(e.getMessage())
        .isNotBlank()
        .hasSizeLessThan(2_000)
        .doesNotContain("Exception")
        .doesNotContain("dev.tocsin");
  }

  /// One that takes tokens with [SignedTokens]' secret and two of its keys; nobody has an API key.
  ///
  /// @param issuer whose tokens; `null` for anyone's
  static Authority authority(Path folder, @Nullable String issuer)
      throws IOException, BrokenFileException {
    Path jwt = folder.resolve("jwt.json");
    Files.writeString(
        jwt,
        SignedTokens.set(
            SignedTokens.secret(SignedTokens.SECRET, ""),
            SignedTokens.jwkFor("ES256", ""),
            SignedTokens.jwkFor("EdDSA", "")));
    Authority authority =
        new Authority(
            new AuthoritySettings(
                new KeysFile(folder.resolve("keys.json")),
                new JwtSettings(jwt.toString(), issuer, null),
                null),
            Runnable::run,
            () -> NOW);
    authority.look();
    return authority;
  }

  /// What becomes of a token, whatever it is.
  static Outcome judge(Authority authority, String token) {
    Outcome outcome =
        authority.authenticate(new Credential.Token(token)).toCompletableFuture().join();
    if (outcome instanceof Outcome.Refused(String reason)) {
      // What is told when something of ours has failed.
      assertThat(reason).isNotBlank().isNotEqualTo("the token cannot be verified");
    }
    return outcome;
  }
}
