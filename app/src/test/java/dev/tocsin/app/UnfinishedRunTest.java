package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.app.UnfinishedRun.Before;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private UnfinishedRun run(String server) throws Exception {
    return UnfinishedRun.ofFile(file, ServerUrl.parse(server), process.surroundings());
  }

  private Path note() throws IOException {
    try (var notes = Files.list(folder.resolve("state/tocsin/publish"))) {
      return notes.findFirst().orElseThrow();
    }
  }

  private void noteIsOf(ProcessHandle writer, String started) throws IOException {
    Properties note = new Properties();
    try (var in = Files.newInputStream(note())) {
      note.load(in);
    }
    note.setProperty("pid", Long.toString(writer.pid()));
    note.setProperty("started", started);
    try (var out = Files.newOutputStream(note())) {
      note.store(out, null);
    }
  }

  @Test
  void aRunThatDidNotComeToItsEndIsGoneOnWith() throws Exception {
    UnfinishedRun first = run(SERVER);
    UnfinishedRun second = run(SERVER);

    assertThat(second.key()).isEqualTo(first.key());
    assertThat(first.before()).isEqualTo(new Before.None());
    assertThat(second.before()).isInstanceOf(Before.BrokenOff.class);
  }

  @Test
  void afterARunThatDidTheFileIsSomethingNew() throws Exception {
    UnfinishedRun first = run(SERVER);
    first.complete();

    assertThat(run(SERVER).key()).isNotEqualTo(first.key());
    assertThat(run(SERVER).before()).isInstanceOf(Before.BrokenOff.class);
  }

  @Test
  void anotherServerIsSomethingElse() throws Exception {
    UnfinishedRun first = run(SERVER);

    assertThat(run("http://127.0.0.1:8081").key()).isNotEqualTo(first.key());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:8080",
        "http://localhost:8080",
        "http://LocalHost:8080/",
        "http://[::1]:8080",
        "http://127.0.0.2:8080",
        "ws://[0:0:0:0:0:0:0:1]:8080/ws/events"
      })
  void loopbackIsOneServerHoweverItIsNamed(String url) throws Exception {
    assertThat(run(url).key()).isEqualTo(run(SERVER).key());
  }

  @Test
  void theUsualPortNeedNotBeSaid() throws Exception {
    assertThat(run("http://h").key()).isEqualTo(run("http://h:80").key());
    assertThat(run("https://h").key()).isEqualTo(run("https://h:443").key());
    assertThat(run("https://h").key()).isNotEqualTo(run("http://h").key());
  }

  @Test
  void aFileIsKnownByItsContentWhateverItsTime() throws Exception {
    UnfinishedRun first = run(SERVER);

    Files.setLastModifiedTime(file, FileTime.fromMillis(0));

    assertThat(run(SERVER).key()).isEqualTo(first.key());
  }

  @Test
  void whatIsAppendedMakesNoOtherFile() throws Exception {
    UnfinishedRun first = run(SERVER);

    Files.writeString(file, "{}\n{}\n");

    assertThat(run(SERVER).key()).isEqualTo(first.key());
  }

  @Test
  void aFileThatHasChangedIsSomethingElseAndThatIsKnown() throws Exception {
    UnfinishedRun first = run(SERVER);

    Files.writeString(file, "[]\n");

    UnfinishedRun second = run(SERVER);
    assertThat(second.key()).isNotEqualTo(first.key());
    assertThat(second.before()).isEqualTo(new Before.Changed(first.key()));
  }

  @Test
  void onlyWhatIsAcknowledgedHasToBeTheSame() throws Exception {
    Files.writeString(file, "{\"n\":1}\n{\"n\":2}\nmistaken\n");
    UnfinishedRun first = run(SERVER);
    first.breakOff(2);

    Files.writeString(file, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
    assertThat(run(SERVER).key()).isEqualTo(first.key());

    first.breakOff(2);
    Files.writeString(file, "{\"n\":1}\n{\"n\":7}\n{\"n\":3}\n");
    assertThat(run(SERVER).before()).isEqualTo(new Before.Changed(first.key()));
  }

  @Test
  void aRunThatMayGoOnAtThisMomentSharesItsKey() throws Exception {
    UnfinishedRun first = run(SERVER);
    ProcessHandle parent = ProcessHandle.current().parent().orElseThrow();
    noteIsOf(parent, parent.info().startInstant().orElseThrow().toString());

    UnfinishedRun second = run(SERVER);

    assertThat(second.key()).isEqualTo(first.key());
    assertThat(second.isNoted()).isTrue();
    assertThat(second.before())
        .isInstanceOfSatisfying(
            Before.Running.class, running -> assertThat(running.pid()).isEqualTo(parent.pid()));
  }

  @Test
  void aProcessThatOnlyHasTheSameNumberIsAnother() throws Exception {
    UnfinishedRun first = run(SERVER);
    noteIsOf(ProcessHandle.current().parent().orElseThrow(), "1970-01-01T00:00:00Z");

    assertThat(run(SERVER).key()).isEqualTo(first.key());
  }

  @Test
  void howLongAgoARunBrokeOffIsKnown() throws Exception {
    run(SERVER);
    Files.setLastModifiedTime(note(), FileTime.from(Instant.now().minusSeconds(3_600)));

    assertThat(run(SERVER).before())
        .isInstanceOfSatisfying(
            Before.BrokenOff.class,
            brokenOff -> assertThat(brokenOff.age()).isGreaterThan(UnfinishedRun.REMEMBERED));
  }

  @Test
  void halfANoteIsNone() throws Exception {
    run(SERVER);
    Files.writeString(note(), "key=\\u12");

    assertThat(run(SERVER).before()).isEqualTo(new Before.None());
  }

  @Test
  void withoutAPlaceForNotesThatIsKnown() throws Exception {
    UnfinishedRun nowhere =
        UnfinishedRun.ofFile(file, ServerUrl.parse(SERVER), new TestProcess().surroundings());
    process.with("XDG_STATE_HOME", file.toString());
    UnfinishedRun unwritable = run(SERVER);

    assertThat(nowhere.isNoted()).isFalse();
    assertThat(nowhere.before())
        .isEqualTo(new Before.Unknown("neither XDG_STATE_HOME nor HOME is set"));
    assertThat(unwritable.isNoted()).isFalse();
    assertThat(unwritable.before())
        .isEqualTo(new Before.Unknown("nothing can be written in " + file + "/tocsin/publish"));
  }
}
