package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether a replacement character was typed, or stands for what could not be read.
class LocaleCheckTest {

  @TempDir private Path folder;

  private boolean isCorrupted(String charset, byte[] typed) throws IOException {
    return LocaleCheck.isCorrupted(charset, Files.write(folder.resolve("cmdline"), typed));
  }

  @Test
  void oneThatWasTypedIsTaken() throws IOException {
    assertThat(isCorrupted("UTF-8", "a\0M\uFFFDller\0".getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void oneThatStandsForSomethingElseIsNot() throws IOException {
    assertThat(isCorrupted("UTF-8", "a\0M\u00FCller\0".getBytes(StandardCharsets.ISO_8859_1)))
        .isTrue();
    assertThat(isCorrupted("ANSI_X3.4-1968", "Müller".getBytes(StandardCharsets.UTF_8))).isTrue();
  }

  @Test
  void whereTheSystemKeepsNothingItIsTaken() {
    assertThat(LocaleCheck.isCorrupted("UTF-8", folder.resolve("none"))).isFalse();
  }
}
