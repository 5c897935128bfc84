package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tocsin.events.Json;
import dev.tocsin.hub.Authenticator.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whatever is read from outside is read, or refused in words. What [BadInputTest] does with a seed, this does guided.
class AccessFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void keys(byte[] file) {
    try {
      new KeysFile(Path.of("keys.json")).read(file);
    } catch (BrokenFileException e) {
      ReadOrRefused.isASentence(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void roles(byte[] file) {
    try {
      RolesFile.read(file, "roles");
    } catch (BrokenFileException e) {
      ReadOrRefused.isASentence(e);
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
      KeySetReader.read(file, "keys", ReadOrRefused.NOW);
    } catch (BrokenFileException e) {
      ReadOrRefused.isASentence(e);
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
    return ReadOrRefused.judge(Held.AUTHORITY, token);
  }

  /// Made when the first token comes.
  private static final class Held {

    private static final Authority AUTHORITY = authority();

    private static Authority authority() {
      try {
        return ReadOrRefused.authority(Files.createTempDirectory("tocsin-fuzz"), null);
      } catch (IOException | BrokenFileException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
