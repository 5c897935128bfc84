package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawWebSocket.textFrame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.fixtures.Deflated;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Events that are never compressed, beside others that are.
class PlainTypesTest {

  private static final int DEFLATED_TEXT = 0xC1;

  /// As long as a busy shard waits for more events.
  private static final int PACE_MILLIS = 100;

  /// The last two are in no catalog: they come from a log that others write as well.
  private static final List<String> TYPES =
      List.of("alert.deleted", "job.progress", "plant.secret", "plan.open");

  private static final List<String> NEVER = List.of("alert.deleted", "plant.secret");

  private static final DeflateSettings SETTINGS =
      new DeflateSettings(
          true,
          DeflateSettings.DEFAULT_THRESHOLD_BYTES,
          List.of(EventPattern.of("alert.*"), EventPattern.of("PLANT.s?cret")));

  /// A log in memory of which some events can never be read.
  private static final class LossyLog extends ForwardingLog {

    private static final String LOST = "lost.lost";

    LossyLog() {
      super(TestServer.memory());
    }

    /// What was appended, also what can never be read.
    List<LoggedEvent> whole() {
      return Logs.readAll(log, 0);
    }

    static boolean isLost(LoggedEvent event) {
      return event.event().type().equals(LOST);
    }

    @Override
    public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
      return super.read(after, types, maxEvents, maxBytes)
          .thenApply(page ->
              new Page(
                  page.events().stream().filter(event -> !isLost(event)).toList(),
                  page.events().stream()
                      .filter(LossyLog::isLost)
                      .map(event -> new Stretch(event.sequence(), event.sequence()))
                      .toList(),
                  page.position()));
    }

    @Override
    public void follow(long after, Follower follower) {
      super.follow(
          after,
          new Follower() {
            @Override
            public void events(List<LoggedEvent> group) {
              if (isLost(group.getFirst())) {
                follower.lost(group.getFirst().sequence(), group.getLast().sequence());
              } else {
                follower.events(group);
              }
            }

            @Override
            public void lost(long from, long to) {
              throw new AssertionError();
            }

            @Override
            public void restarted(String epoch, long newest) {
              throw new AssertionError();
            }
          });
    }
  }

  /// What happens to a server and its client.
  enum Step {
    PUBLISH,
    PUBLISH_MORE,
    LOSE,
    RESUME,
    STALL,
    TAKE,
    ASK
  }

  private static String offer(int windowBits) {
    return "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=" + windowBits;
  }

  private static List<Append> some(Random random, int count) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            new Append(
                SampleEvents.event(
                    TYPES.get(random.nextInt(TYPES.size())),
                    i + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 60_000 : 700))),
                null))
        .toList();
  }

  private static List<Frame> frames(String said) {
    ByteBuffer bytes = ByteBuffer.wrap(said.getBytes(StandardCharsets.ISO_8859_1));
    List<Frame> frames = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int first = bytes.get() & 0xFF;
      int told = bytes.get();
      int length =
          told == 126 ? bytes.getShort() & 0xFFFF : told == 127 ? (int) bytes.getLong() : told;
      byte[] payload = new byte[length];
      bytes.get(payload);
      frames.add(new Frame(first, payload));
    }
    return frames;
  }

  /// A frame without the compression, which has to be there exactly if the message is long enough and an event of no type
  /// that is never compressed.
  private static Frame plain(Frame frame) {
    Frame plain =
        frame.first() == DEFLATED_TEXT
            ? new Frame(Frame.TEXT, Deflated.inflated(frame.payload()))
            : frame;
    JsonNode message = plain.json();
    boolean compressed =
        isEvent(message)
            && !NEVER.contains(type(message))
            && plain.payload().length >= SETTINGS.thresholdBytes();
    assertThat(frame.first()).as(plain::text).isEqualTo(compressed ? DEFLATED_TEXT : Frame.TEXT);
    return plain;
  }

  private static String type(JsonNode message) {
    return message.path("type").asString();
  }

  private static long sequence(JsonNode message) {
    return message.path("sequence").asLong();
  }

  private static boolean isEvent(JsonNode message) {
    return message.has("payload") && message.has("sequence");
  }

  /// Whatever is published, lost, asked and gone back to, by a client that takes it or does not.
  @Property(tries = 500)
  void sendsEventsOfTheseTypesAsTheyAreAndCompressesTheOthers(
      @ForAll @Size(max = 30) List<Step> steps,
      @ForAll @IntRange(min = 8, max = 15) int windowBits,
      @ForAll long seed) {
    Random random = new Random(seed);
    LossyLog log = new LossyLog();
    try (EmbeddedServer server =
        EmbeddedServer.webSocket(log, TestServer.settings(SETTINGS), "", offer(windowBits))) {
      for (Step step : steps) {
        switch (step) {
          case PUBLISH -> log.append(some(random, 1 + random.nextInt(3)));
          case PUBLISH_MORE -> log.append(some(random, 1 + random.nextInt(100)));
          case LOSE -> log.append(SampleEvents.appends(LossyLog.LOST, LossyLog.LOST));
          case RESUME -> server.receive(resume(random.nextLong(Logs.newest(log) + 1)));
          case STALL -> server.takesOutput(false);
          case TAKE -> server.takesOutput(true);
          case ASK ->
              server.receive(textFrame("{\"action\":\"ping\",\"id\":\"" + "i".repeat(500) + "\"}"));
        }
        check(log, frames(server.pass(PACE_MILLIS).said()));
      }
      server.takesOutput(true);
      check(log, frames(server.pass(PACE_MILLIS).said()));
      server.receive(resume(0));

      List<Long> all =
          log.whole().stream()
              .filter(event -> !LossyLog.isLost(event))
              .map(LoggedEvent::sequence)
              .toList();
      assertThat(check(log, frames(server.said()))).isEqualTo(all);
    } finally {
      RecordedLogs.take(); // what was lost
    }
  }

  private static byte[] resume(long since) {
    return textFrame("{\"action\":\"resume\",\"since\":" + since + "}");
  }

  /// Every event says what was published under its sequence.
  ///
  /// @return the sequences
  private static List<Long> check(LossyLog log, List<Frame> frames) {
    List<LoggedEvent> whole = log.whole();
    List<Long> sequences = new ArrayList<>();
    for (Frame frame : frames) {
      Frame plain = plain(frame);
      JsonNode message = plain.json();
      if (isEvent(message)) {
        EncodedEvent published = whole.get((int) sequence(message) - 1).event();
        assertThat(plain.text()).startsWith(new String(published.json(), StandardCharsets.UTF_8));
        sequences.add(sequence(message));
      }
    }
    return sequences;
  }

  private static RawWebSocket open(RawClient client, int windowBits) {
    return RawWebSocket.opened(
        client.send(RawWebSocket.handshake("/ws/events", offer(windowBits))));
  }

  private static RawWebSocket open(TestServer server, int windowBits) {
    return open(server.client(), windowBits);
  }

  private static List<Append> mixed(int textBytes) {
    return IntStream.range(0, 12)
        .mapToObj(i ->
            new Append(
                SampleEvents.event(TYPES.get(i % TYPES.size()), i + "x".repeat(textBytes)), null))
        .toList();
  }

  /// Two of each form, since connections take turns with the event loops, and each loop compresses for its own.
  @Test
  void givesEveryMemberOfAnAudienceTheSameMixedBatch() {
    try (TestServer server = TestServer.start(TestServer.settings(SETTINGS));
        RawWebSocket none = server.socket("");
        RawWebSocket noneToo = server.socket("");
        RawWebSocket full = open(server, 15);
        RawWebSocket fullToo = open(server, 15);
        RawWebSocket small = open(server, 8);
        RawWebSocket smallToo = open(server, 8)) {
      server.hub.log().append(mixed(2_000));

      for (int i = 0; i < 12; i++) {
        Frame frame = none.frame();
        boolean never = NEVER.contains(TYPES.get(i % TYPES.size()));
        assertThat(frame.first()).isEqualTo(Frame.TEXT);
        assertThat(frame.json().path("previous").asLong()).isEqualTo(i);
        assertThat(noneToo.frame().payload()).isEqualTo(frame.payload());
        for (List<RawWebSocket> same : List.of(List.of(full, fullToo), List.of(small, smallToo))) {
          Frame first = same.get(0).frame();
          Frame second = same.get(1).frame();
          assertThat(first.first()).isEqualTo(never ? Frame.TEXT : DEFLATED_TEXT);
          assertThat(second.first()).isEqualTo(first.first());
          assertThat(second.payload()).isEqualTo(first.payload());
          assertThat(plain(first).payload()).isEqualTo(frame.payload());
        }
      }
    }
  }

  /// From memory, and from the log.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClientThatIsBehindReadsThemSoFromTheLog(boolean forgetful) {
    GatewaySettings settings = TestServer.settings(SETTINGS);
    try (TestServer server =
            forgetful
                ? TestServer.forgetful(TestServer.memory(), settings)
                : TestServer.start(settings);
        RawWebSocket slow = open(RawClient.to(server.port(), 4_096), 15);
        RawWebSocket quick = open(server, 15)) {
      int batches = 60;
      for (int i = 0; i < batches; i++) {
        server.hub.log().append(mixed(20_000));
        for (int j = 0; j < 12; j++) {
          assertThat(plain(quick.frame()).json().path("previous").asLong()).isEqualTo(12 * i + j);
        }
      }
      assertThat(server.hub.stats().lagging()).isOne();

      for (int i = 0; i < 12 * batches; i++) {
        assertThat(plain(slow.frame()).json().path("previous").asLong()).isEqualTo(i);
      }
    }
  }

  /// An answer repeats a part of what it refuses, beside whatever else was sent.
  @Test
  void leavesAnswersAsTheyAreAsWell() {
    String wrong = "\"type\":\"job.progress\",\"payload\":{\"progress\":120}";
    String asked =
        "{\"action\":\"publish\",\"id\":\"" + "i".repeat(300) + "\",\"event\":{" + wrong + "}}";
    try (TestServer server = TestServer.start(TestServer.settings(SETTINGS));
        TestServer other = TestServer.start();
        RawWebSocket careful = open(server, 15);
        RawWebSocket usual = open(other, 15)) {
      assertThat(careful.say(asked).frame().first()).isEqualTo(Frame.TEXT);
      assertThat(usual.say(asked).frame().first()).isEqualTo(DEFLATED_TEXT);
    }
  }
}
