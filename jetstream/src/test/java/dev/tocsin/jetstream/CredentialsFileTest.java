package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nats.client.NKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsFileTest {

  private static final String TOKEN =
      "-----BEGIN NATS USER JWT-----\nhead.body.sign\n------END NATS USER JWT------\n\n";

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("a.creds"), text);
  }

  private static String seed() throws IOException, GeneralSecurityException {
    return "-----BEGIN USER NKEY SEED-----\n"
        + new String(NKey.createUser(null).getSeed())
        + "\n------END USER NKEY SEED------\n";
  }

  @Test
  void tokenAndSeedAreShown() throws Exception {
    assertThat(CredentialsFile.open(file(TOKEN + seed())).getJWT())
        .isEqualTo("head.body.sign".toCharArray());
  }

  @Test
  void aSeedAloneIsTold() throws Exception {
    Path file = file(seed());
    assertThatThrownBy(() -> CredentialsFile.open(file))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("a.creds holds no credentials");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "these are no credentials\n", "\0\1\2\0\1\2", TOKEN})
  void whatHoldsNoneIsTold(String text) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> CredentialsFile.open(file))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("a.creds holds no credentials");
  }

  /// A pipe gives what it has once, and a device without end.
  @Test
  void whatIsNoFileIsTold() {
    assertThatThrownBy(() -> CredentialsFile.open(folder))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("have to be a file: " + folder);
    assertThatThrownBy(() -> CredentialsFile.open(Path.of("/dev/zero")))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("/dev/zero");
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    assertThatThrownBy(() -> CredentialsFile.open(folder.resolve("absent.creds")))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("cannot be read");
  }
}
