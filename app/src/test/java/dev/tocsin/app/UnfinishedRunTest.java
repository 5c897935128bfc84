package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which runs over a file share their key.
class UnfinishedRunTest {

  private static final String SERVER = "http://127.0.0.1:8080";

  @TempDir private Path folder;
  private final TestProcess process = new TestProcess();
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("events.ndjson"), "{}\n");
    process.with("XDG_STATE_HOME", folder.resolve("state").toString());
  }

  private UnfinishedRun run(String server) {
    return UnfinishedRun.ofFile(file, server, process.surroundings());
  }

  private Path note() throws IOException {
    try (var notes = Files.list(folder.resolve("state/tocsin/publish"))) {
      return notes.findFirst().orElseThrow();
    }
  }

  @Test
  void aRunThatDidNotComeToItsEndIsGoneOnWith() {
    UnfinishedRun first = run(SERVER);
    UnfinishedRun second = run(SERVER);

    assertThat(second.key()).isEqualTo(first.key());
    assertThat(first.isTakenOver()).isFalse();
    assertThat(second.isTakenOver()).isTrue();
    assertThat(second.isForgotten()).isFalse();
  }

  @Test
  void afterARunThatDidTheFileIsSomethingNew() {
    UnfinishedRun first = run(SERVER);
    first.complete();

    assertThat(run(SERVER).key()).isNotEqualTo(first.key());
  }

  @Test
  void anotherServerOrAChangedFileIsSomethingElse() throws IOException {
    UnfinishedRun first = run(SERVER);

    assertThat(run("http://127.0.0.1:8081").key()).isNotEqualTo(first.key());
    Files.writeString(file, "{}\n{}\n");
    assertThat(run(SERVER).isTakenOver()).isFalse();
  }

  @Test
  void aRunThatGoesOnAtThisMomentKeepsItsKeyToItself() throws IOException {
    UnfinishedRun first = run(SERVER);
    Properties note = new Properties();
    try (var in = Files.newInputStream(note())) {
      note.load(in);
    }
    note.setProperty("pid", Long.toString(ProcessHandle.current().parent().orElseThrow().pid()));
    try (var out = Files.newOutputStream(note())) {
      note.store(out, null);
    }

    UnfinishedRun second = run(SERVER);

    assertThat(second.key()).isNotEqualTo(first.key());
    assertThat(second.isNoted()).isFalse();
  }

  @Test
  void theKeyOfARunLongAgoMayBeForgotten() throws IOException {
    run(SERVER);
    Files.setLastModifiedTime(note(), FileTime.from(Instant.now().minusSeconds(3_600)));

    assertThat(run(SERVER).isForgotten()).isTrue();
  }

  @Test
  void halfANoteIsNone() throws IOException {
    run(SERVER);
    Files.writeString(note(), "key=\\u12");

    assertThat(run(SERVER).isTakenOver()).isFalse();
  }

  @Test
  void withoutAPlaceForNotesTheKeyIsOnlySaid() {
    UnfinishedRun run = UnfinishedRun.ofFile(file, SERVER, new TestProcess().surroundings());

    assertThat(run.isNoted()).isFalse();
    assertThat(run.key()).isNotEmpty();
  }
}
