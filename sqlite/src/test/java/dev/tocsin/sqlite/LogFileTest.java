package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.hub.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

  @TempDir Path directory;

  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingStaysOpenOfALogThatCannotBeOpened() throws Exception {
    try (Connection connection = LogFile.openForWriting(directory, Durability.PROCESS)) {
      assertThat(openFiles()).isNotEmpty();
      assertThat(connection.isClosed()).isFalse();
    }
    Files.createDirectory(directory.resolve(LogFile.JOURNAL));

    assertThatThrownBy(() -> LogFile.openForReading(directory)).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> LogFile.openForFoldingBack(directory))
        .isInstanceOf(SQLException.class);

    assertThat(openFiles()).isEmpty();
  }

  /// What this process has open of the log.
  private List<Path> openFiles() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .map(LogFileTest::target)
          .filter(file -> file.startsWith(directory))
          .toList();
    }
  }

  /// The file of a descriptor; itself when it is closed by now.
  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return descriptor;
    }
  }
}
