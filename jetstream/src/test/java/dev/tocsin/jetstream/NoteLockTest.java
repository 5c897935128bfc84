package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoteLockTest {

  @TempDir Path folder;

  @BeforeEach
  void forgetLogs() {
    RecordedLogs.take();
  }

  private Path data() {
    return folder.resolve("data");
  }

  @Test
  void theNotesAreOneGatewaysUntilItEnds() {
    try (NoteLock first = NoteLock.take(data(), "tocsin")) {
      assertThat(first).isNotNull();
      assertThat(first.place("newest-")).isEqualTo(data().resolve("newest-tocsin"));

      assertThat(NoteLock.take(data(), "tocsin")).isNull();
      assertThat(NoteLock.take(folder.resolve("data/../data"), "tocsin")).isNull();

      assertThat(RecordedLogs.take())
          .hasSize(2)
          .allMatch(line -> line.startsWith("WARN ") && line.contains("a folder of its own"));
    }
    try (NoteLock next = NoteLock.take(data(), "tocsin")) {
      assertThat(next).isNotNull();
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @Test
  void otherPrefixesHaveNotesOfTheirOwn() {
    try (NoteLock first = NoteLock.take(data(), "tocsin");
        NoteLock second = NoteLock.take(data(), "other")) {
      assertThat(first).isNotNull();
      assertThat(second).isNotNull();
    }
  }

  /// Whoever writes the notes says what is wrong there.
  @Test
  void whereNothingCanBeLockedTheNotesAreTakenAllTheSame() throws Exception {
    Files.createDirectories(data().resolve("lock-tocsin"));
    try (NoteLock without = NoteLock.take(data(), "tocsin")) {
      assertThat(without).isNotNull();
    }
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    try (NoteLock without = NoteLock.take(file, "tocsin")) {
      assertThat(without).isNotNull();
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }
}
