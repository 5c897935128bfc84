package dev.tocsin.bridges.out.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.hub.Until;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.EventCatalog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Files that a bridge writes, over kills, moves and full disks.
@Timeout(300)
class FileOutTest {

  private final TestHub hub = new TestHub();
  private volatile Instant now = Instant.parse("2026-03-04T05:06:07Z");
  private @Nullable Bridges bridges;

  @TempDir private Path folder;
  @TempDir private Path states;

  @AfterEach
  void close() {
    if (bridges != null) {
      bridges.close();
    }
  }

  private Path file() {
    return folder.resolve("events.ndjson");
  }

  private Path state() {
    return states.resolve("archive.json");
  }

  private Bridges begin(String members) throws Exception {
    String file =
        "{\"bridges\":[{\"name\":\"archive\",\"kind\":\"file-out\",\"path\":\""
            + file()
            + "\",\"events\":[\"*\"],\"from\":\"oldest\""
            + members
            + "}]}";
    BridgeFile.Reading reading =
        BridgeFile.read(file.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn());
    assertThat(reading).isInstanceOf(BridgeFile.Reading.Read.class);
    InstantSource clock = () -> now;
    Bridges made =
        Bridges.of(
            ((BridgeFile.Reading.Read) reading).plan(),
            new Equipment(
                Map.of(),
                states,
                clock,
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(4), new Random(3))));
    bridges = made;
    made.start(hub);
    return made;
  }

  /// Runs a bridge until it has written what there is.
  private void run(String members) throws Exception {
    Bridges running = begin(members);
    awaitPosition(running, hub.newest().sequence());
    running.close();
  }

  private static void awaitPosition(Bridges running, long position) throws Exception {
    Until.is(() -> out(running).position() == position);
  }

  private static BridgeStanding.Out out(Bridges running) {
    BridgeStanding.Out out = running.standings().getFirst().out();
    assertThat(out).isNotNull();
    return out;
  }

  private void publish(int count) throws Exception {
    publish(count, "");
  }

  private void publish(int count, String reason) throws Exception {
    for (int i = 0; i < count; i++) {
      hub.publish(
              ("{\"type\":\"alert.deleted\",\n \"payload\":{\"id\":\""
                      + i
                      + "\",\"reason\":\""
                      + reason
                      + "\"}}")
                  .getBytes(StandardCharsets.UTF_8),
              null)
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    }
  }

  /// All files, the oldest first and the one at hand last.
  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(file -> !file.equals(file())).sorted().forEach(files::add);
    }
    if (Files.exists(file())) {
      files.add(file());
    }
    return files;
  }

  private static String text(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (file.toString().endsWith(".gz")) {
      bytes = new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// The sequences of all lines of all files; each line is whole.
  private List<Long> sequences() throws IOException {
    List<Long> sequences = new ArrayList<>();
    for (Path file : files()) {
      String text = text(file);
      assertThat(text).matches(all -> all.isEmpty() || all.endsWith("\n"));
      text.lines()
          .map(TestMessages::json)
          .map(line -> line.get("sequence"))
          .forEach(sequence ->
              sequences.add(
                  sequence.isString()
                      ? Long.parseLong(sequence.stringValue())
                      : sequence.longValue()));
    }
    return sequences;
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void eachEventIsALine() throws Exception {
    publish(3);
    run("");

    List<JsonNode> lines = Files.readAllLines(file()).stream().map(TestMessages::json).toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.getLast().at("/payload/id").stringValue()).isEqualTo("2");
    assertThat(lines.getLast().get("sequence").longValue()).isEqualTo(3);
  }

  @Test
  void cloudEventsAreLinesToo() throws Exception {
    publish(300);
    run(",\"format\":\"cloudevents\"");
    publish(10);
    run(",\"format\":\"cloudevents\"");

    assertThat(sequences()).isEqualTo(upTo(310));
    assertThat(TestMessages.json(Files.readAllLines(file()).getFirst()).get("id").stringValue())
        .isEqualTo("epoch-1:1");
  }

  @Test
  void itGoesOnWhereItStoppedAndWritesNothingTwice() throws Exception {
    for (int i = 1; i <= 5; i++) {
      publish(100);
      run("");
    }
    assertThat(sequences()).isEqualTo(upTo(500));
  }

  /// A kill may come between any two bytes that are written, and the position may be older than the file by any number of
  /// lines.
  @Test
  void killAtAnyByteLosesNothingAndDoublesNothing() throws Exception {
    publish(4);
    run("");
    byte[] noted = Files.readAllBytes(state());
    long length = Files.size(file());
    publish(4);
    run("");
    byte[] whole = Files.readAllBytes(file());

    for (int cut = (int) length; cut <= whole.length; cut++) {
      Files.write(file(), Arrays.copyOf(whole, cut));
      Files.write(state(), noted);
      run("");
      assertThat(Files.readAllBytes(file())).as("cut at %s", cut).isEqualTo(whole);
    }
  }

  /// The same where the first start was killed.
  @Test
  void killOfTheFirstStartLosesNothingAndDoublesNothing() throws Exception {
    publish(3);
    Bridges running = begin("");
    Until.is(() -> Files.exists(state()));
    byte[] noted = Files.readAllBytes(state());
    awaitPosition(running, 3);
    running.close();
    byte[] whole = Files.readAllBytes(file());

    for (int cut = 0; cut <= whole.length; cut += 7) {
      Files.write(file(), Arrays.copyOf(whole, cut));
      Files.write(state(), noted);
      run("");
      assertThat(Files.readAllBytes(file())).as("cut at %s", cut).isEqualTo(whole);
    }
  }

  @Test
  void killAroundARotationLosesNothingAndDoublesNothing() throws Exception {
    String rotating = ",\"max_bytes\":65536,\"daily\":false";
    publish(70, "x".repeat(1_000));
    run(rotating);
    assertThat(files()).hasSize(2);
    Path aside = files().getFirst();
    long last = sequences(text(aside)).getLast();
    String first = text(aside);

    // Right before it is put aside; after that, before that is noted; when it is noted; when the
    // next is made.
    for (int step = 0; step < 4; step++) {
      for (Path file : files()) {
        Files.delete(file);
      }
      Files.writeString(step == 0 ? file() : aside, first);
      if (step == 3) {
        Files.createFile(file());
      }
      Files.writeString(
          state(),
          "{\"epoch\":\"epoch-1\",\"sequence\":"
              + last
              + ",\"note\":{\"path\":\""
              + file()
              + "\",\"length\":"
              + (step < 2 ? first.length() : 0)
              + "}}");
      run(rotating);
      assertThat(sequences()).as("step %s", step).isEqualTo(upTo(70));
    }
  }

  private static List<Long> sequences(String text) {
    return text.lines().map(line -> TestMessages.json(line).get("sequence").longValue()).toList();
  }

  @Test
  void filesRotateBySizeAndOnlySomeAreKept() throws Exception {
    publish(400, "x".repeat(1_000));
    run(",\"max_bytes\":65536,\"daily\":false,\"keep\":3,\"gzip\":true");

    List<Path> files = files();
    assertThat(files).hasSize(4);
    assertThat(files.subList(0, 3)).allMatch(file -> file.toString().endsWith(".ndjson.gz"));
    for (Path file : files) {
      assertThat(text(file).length()).isLessThanOrEqualTo(65_536);
    }
    // Their names sort as they were written, although the clock stands still.
    List<Long> sequences = sequences();
    assertThat(sequences.getLast()).isEqualTo(400);
    assertThat(sequences)
        .isEqualTo(LongStream.rangeClosed(sequences.getFirst(), 400).boxed().toList());
  }

  @Test
  void eachDayHasItsFile() throws Exception {
    publish(2);
    Bridges running = begin(",\"zone\":\"Asia/Tokyo\"");
    awaitPosition(running, 2);
    now = Instant.parse("2026-03-04T14:59:59Z");
    publish(1);
    awaitPosition(running, 3);
    assertThat(files()).hasSize(1);
    now = Instant.parse("2026-03-04T15:00:00Z");
    publish(1);
    awaitPosition(running, 4);
    running.close();
    assertThat(files().stream().map(file -> file.getFileName().toString()))
        .containsExactly("events-20260304T150000.000Z.ndjson", "events.ndjson");
    // The day is remembered over a restart.
    now = Instant.parse("2026-03-05T16:00:00Z");
    publish(1);
    run(",\"zone\":\"Asia/Tokyo\"");

    assertThat(files()).hasSize(3);
    assertThat(sequences()).isEqualTo(upTo(5));
  }

  @Test
  void rotatedFilesAreInOrderThoughTheClockIsPutBack() throws Exception {
    Files.writeString(folder.resolve("events-20269999T000000.000Z.ndjson"), "not a moment\n");
    String rotating = ",\"max_bytes\":65536,\"daily\":false,\"keep\":20";
    now = Instant.parse("2026-03-04T14:59:59.999Z");
    publish(150, "x".repeat(1_000));
    run(rotating);
    now = Instant.parse("2026-03-03T00:00:00Z");
    publish(150, "x".repeat(1_000));
    run(rotating);
    Files.delete(folder.resolve("events-20269999T000000.000Z.ndjson"));

    assertThat(files().stream().map(file -> file.getFileName().toString()).limit(3))
        .containsExactly(
            "events-20260304T145959.999Z.ndjson",
            "events-20260304T150000.000Z.ndjson",
            "events-20260304T150000.001Z.ndjson");
    assertThat(sequences()).isEqualTo(upTo(300));
  }

  @Test
  void fileThatIsMovedAwayIsBegunAnew() throws Exception {
    publish(2);
    Bridges running = begin("");
    awaitPosition(running, 2);
    Files.move(file(), folder.resolve("a-moved.ndjson"));
    publish(2);
    awaitPosition(running, 4);
    Files.writeString(file(), "");
    publish(2);
    awaitPosition(running, 6);
    running.close();

    assertThat(sequences(Files.readString(folder.resolve("a-moved.ndjson"))))
        .containsExactly(1L, 2L);
    assertThat(sequences(Files.readString(file()))).containsExactly(5L, 6L);
  }

  @Test
  void whatOthersHaveWrittenStays() throws Exception {
    Files.writeString(file(), "not ours, and not ended");
    publish(1);
    run("");

    assertThat(Files.readAllLines(file()).getFirst()).isEqualTo("not ours, and not ended");
    assertThat(Files.readAllLines(file())).hasSize(2);
  }

  @Test
  void placeThatCannotBeWrittenIsToldAndTriedAgain() throws Exception {
    Files.createDirectory(file());
    publish(2);
    Bridges running = begin("");
    Until.is(() -> running.standings().getFirst().link() != null);
    assertThat(running.standings().getFirst().link().sentence())
        .contains("events.ndjson cannot be written");

    Files.delete(file());

    awaitPosition(running, 2);
    assertThat(sequences()).isEqualTo(upTo(2));
  }

  @Test
  void anotherLogIsNotTakenForTheOneInTheFile() throws Exception {
    publish(5);
    run("");
    hub.beginAnew("epoch-2");
    publish(2);
    run("");
    byte[] noted = Files.readAllBytes(state());
    publish(1);
    run("");
    Files.write(state(), noted);
    run("");

    assertThat(sequences()).containsExactly(1L, 2L, 3L, 4L, 5L, 1L, 2L, 3L);
  }

  @Test
  void killAfterTheLogHasChangedLosesNothing() throws Exception {
    publish(5);
    run("");
    hub.beginAnew("epoch-2");
    Bridges running = begin("");
    Until.is(() -> Files.readString(state()).contains("epoch-2"));
    byte[] noted = Files.readAllBytes(state());
    publish(2);
    awaitPosition(running, 2);
    running.close();
    Files.write(state(), noted);
    run("");

    assertThat(sequences()).containsExactly(1L, 2L, 3L, 4L, 5L, 1L, 2L);
  }
}
