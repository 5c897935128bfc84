package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tocsin.events.Json;
import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.Credential;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/// Whatever is read from outside is read, or refused in words. What [BadInputTest] does with a seed, this does guided.
class AccessFuzzTest {

  private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");

  private static void isASentence(BrokenFileException e) {
    assertThat(e.getMessage())
        .isNotBlank()
        .hasSizeLessThan(2_000)
        .doesNotContain("Exception")
        .doesNotContain("dev.tocsin");
  }

  @FuzzTest(maxDuration = "60s")
  void keys(byte[] file) {
    try {
      new KeysFile(Path.of("keys.json")).read(file);
    } catch (BrokenFileException e) {
      isASentence(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void roles(byte[] file) {
    try {
      RolesFile.read(file, "roles");
    } catch (BrokenFileException e) {
      isASentence(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void grants(byte[] claim) {
    if (Json.read(claim) instanceof Json.Value(var tree)
        && RightsReader.read(tree, "grants") instanceof RightsReader.Reading.Refused refused) {
      assertThat(refused.faults())
          .isNotEmpty()
          .allSatisfy(fault -> assertThat(fault).isNotBlank().hasSizeLessThan(2_000));
    }
  }

  @FuzzTest(maxDuration = "60s")
  void keySets(byte[] file) {
    try {
      KeySetReader.read(file, "keys", NOW);
    } catch (BrokenFileException e) {
      isASentence(e);
    }
  }

  /// Signed by the right key, so that what is in it is read.
  @FuzzTest(maxDuration = "60s")
  void claims(byte[] claims) {
    String signed =
        SignedTokens.base64(SignedTokens.header("HS256")) + "." + SignedTokens.base64(claims);
    judge(SignedTokens.signed("HS256", SignedTokens.SECRET, signed));
  }

  @FuzzTest(maxDuration = "60s")
  void tokens(byte[] token) {
    assertThat(judge(new String(token, StandardCharsets.UTF_8)))
        .isInstanceOf(Outcome.Refused.class);
  }

  private static Outcome judge(String token) {
    Outcome outcome =
        Held.AUTHORITY.authenticate(new Credential.Token(token)).toCompletableFuture().join();
    if (outcome instanceof Outcome.Refused(String reason)) {
      // What is told when something of ours has failed.
      assertThat(reason).isNotBlank().isNotEqualTo("the token cannot be verified");
    }
    return outcome;
  }

  private static final class Held {

    private static final Authority AUTHORITY = authority();

    private static Authority authority() {
      try {
        Path folder = Files.createTempDirectory("tocsin-fuzz");
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
                    new JwtSettings(jwt.toString(), null, null),
                    null),
                Runnable::run,
                () -> NOW);
        authority.look();
        return authority;
      } catch (IOException | BrokenFileException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
