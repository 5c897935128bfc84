package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLinesTest {

  @Test
  void aFileThatGrowsByBeingReadComesToItsEnd(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("events.ndjson");
    Files.writeString(file, "{}\n".repeat(40_000));
    try (InputStream in = Files.newInputStream(file)) {
      EventLines lines = new EventLines(in, 100, Files.size(file));

      int count = 0;
      while (count < 100_000 && lines.next() != null) {
        count++;
        Files.writeString(file, "{}\n", StandardOpenOption.APPEND);
      }

      assertThat(count).isEqualTo(40_000);
    }
  }

  @Test
  void aLineThatBeganInTimeIsReadWhole() throws Exception {
    EventLines lines = lines("{}\n{\"a\":1}\n{}\n", 4);

    assertThat(lines.next()).isNotNull();
    assertThat(lines.next().text().toString()).isEqualTo("{\"a\":1}");
    assertThat(lines.next()).isNull();
  }

  private static EventLines lines(String input, long end) {
    return new EventLines(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), 100, end);
  }
}
