package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class FirstServerTest {

  /// Sockets, and what Linux tells events with.
  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(file -> kind(file).matches("(socket|anon_inode):.*")).count();
    }
  }

  private static String kind(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }

  private static boolean isLoading() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("tocsin-loading"));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsLoadedWithIsLetGoOf(Transport transport) throws Exception {
    FirstServer.use(transport, false); // what a JVM keeps for ever is there
    while (isLoading()) {
      Thread.sleep(5);
    }
    long before = descriptors();

    FirstServer.use(transport, false);

    while (isLoading() || descriptors() > before) {
      Thread.sleep(5);
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @Test
  void isDoneOnceInAJvm() throws Exception {
    HttpServer.load(Transport.NIO, false);
    while (isLoading()) {
      Thread.sleep(5);
    }

    HttpServer.load(Transport.NIO, false);

    assertThat(isLoading()).isFalse();
  }
}
