package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.SampleEvents;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No state of the files on disk ends the process.
@Timeout(60)
class HostileFilesTest {

  @TempDir Path directory;

  /// Appends and reads for each line it is given, and answers with one: in a process of its own, which
  /// SIGBUS would end.
  static final class Child {

    private Child() {}

    public static void main(String[] arguments) throws IOException, LogOpenException {
      SqliteEventLog log =
          SqliteEventLog.open(SqliteSettings.of(Path.of(arguments[0])), InstantSource.system());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        AppendResult result = log.append(SampleEvents.appends("a.a")).join().getFirst();
        String read;
        try {
          read = log.read(0, 1_000, 1 << 24).size() + " read";
        } catch (RuntimeException e) {
          read = "unreadable";
        }
        System.out.println(result.getClass().getSimpleName() + ' ' + read);
      }
      log.close();
      System.out.println("closed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"events.db-shm", "events.db-wal", "events.db", "newest", "lock"})
  void livesWhenAFileIsCutShort(String name) throws Exception {
    Process process = OtherProcess.start(Child.class, directory.toString());
    try (BufferedReader out = process.inputReader()) {
      Writer in = process.outputWriter();
      for (int i = 1; i <= 50; i++) {
        in.write("go\n");
        in.flush();
        assertThat(out.readLine()).isEqualTo("Stored " + i + " read");
      }

      if (Files.exists(directory.resolve(name))) {
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
          file.setLength(0);
        }
      }

      for (int i = 0; i < 50; i++) {
        in.write("go\n");
        in.flush();
        assertThat(out.readLine()).matches("(Stored|Unavailable) (\\d+ read|unreadable)");
      }
      in.close();
      assertThat(out.readLine()).isEqualTo("closed");
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).isIn(0, 137);
  }
}
