package dev.tocsin.mqtt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttTlsTest {

  @TempDir Path folder;

  private static void assertFault(Path authorities, String sentence) {
    assertThatThrownBy(() -> new MqttTls(authorities, null, null).context())
        .isInstanceOf(IOException.class)
        .hasMessage(authorities + sentence);
  }

  @Test
  void eachFileThatCannotBeReadIsNamed() throws Exception {
    assertFault(folder.resolve("none.pem"), " does not exist");
    assertFault(folder, " cannot be read: Is a directory");
    Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
    assertFault(text, " has no certificate that can be read: a PEM file is wanted");
  }

  /// A device has no size that could be asked for.
  @Test
  void noMoreOfAFileIsReadThanItMayHave() {
    assertFault(Path.of("/dev/zero"), " is larger than 1 MiB");
  }
}
