package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemFilesTest {

  @TempDir Path folder;

  private static void assertFault(Path authorities, String sentence) {
    ServerAddresses servers = new ServerAddresses(List.of("tls://localhost:4222"));
    assertThatThrownBy(() -> PemFiles.context(new JetStreamTls(authorities, null, null), servers))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessage(authorities + sentence);
  }

  @Test
  void whyAFileCannotBeReadIsSaidOnce() throws Exception {
    assertFault(folder.resolve("none.pem"), " cannot be read: there is no such file");
    assertFault(folder, " cannot be read: Is a directory");
    Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
    assertFault(text, " holds no certificate");
  }

  /// A device has no size that could be asked for.
  @Test
  void noMoreOfAFileIsReadThanItMayHave() {
    assertFault(Path.of("/dev/zero"), " is larger than 1 MiB: it is no PEM file");
  }
}
