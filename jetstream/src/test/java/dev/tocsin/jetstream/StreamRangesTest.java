package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Readings that a replica answers which is behind the leader: a second stream plays it, which has what was copied to it.
@Timeout(120)
class StreamRangesTest extends OnOwnServer {

  private Connection nats;
  private Link link;
  private Delivery delivery;
  private StreamRanges ranges;
  private DirectGet direct;

  @BeforeEach
  void start() throws Exception {
    nats = connect();
    JetStreamSettings settings = TestSettings.of(servers, "log").build();
    ObjectNode leader = StreamSetup.config(settings);
    leader.put("deny_delete", false);
    create("log", leader);
    ObjectNode replica = JetStreamApi.request();
    replica.put("name", "replica");
    replica.putArray("subjects").add("replica.e.>");
    replica.put("allow_direct", true);
    replica.putObject("subject_transform").put("src", "replica.e.>").put("dest", "log.e.>");
    create("replica", replica);
    link = Link.open(settings, "gate");
    JetStreamApi api = new JetStreamApi(link.connection());
    EventCodec codec = new EventCodec("log", "gate");
    direct = new DirectGet(link.connection(), codec, "replica");
    direct.start();
    delivery = new Delivery("epoch", 0);
    StreamBounds bounds = new StreamBounds(api, "log");
    ranges = ranges(bounds);
  }

  private StreamRanges ranges(StreamBounds bounds) throws Exception {
    StreamRanges made =
        new StreamRanges(
            delivery,
            direct,
            bounds,
            new StreamLeader(new JetStreamApi(link.connection()), "log"),
            new Terms(link),
            new EventCodec("log", "gate"),
            new ForeignParts());
    made.beginTerm(StreamInfo.of(api(nats, "STREAM.INFO.log", "")));
    return made;
  }

  private void create(String name, JsonNode config) throws Exception {
    JsonNode answer = api(nats, "STREAM.CREATE." + name, Json.write(config));
    assertThat(answer.has("error")).as(answer.toString()).isFalse();
  }

  @AfterEach
  void stop() throws Exception {
    if (link != null) {
      link.close();
    }
  }

  /// The leader has an event, which the gateway was given.
  private void lead(String type) throws Exception {
    long sequence = publish("log", type);
    delivery.events(
        List.of(new LoggedEvent(sequence, SampleEvents.event(type))),
        EventCodec.body(SampleEvents.event(type)));
  }

  /// The replica has come to the next event.
  private void copy(String type) throws Exception {
    publish("replica", type);
  }

  private long publish(String stream, String type) throws Exception {
    byte[] answer =
        nats.request(
                stream + ".e." + type,
                EventCodec.body(SampleEvents.event(type)),
                Duration.ofSeconds(30))
            .getData();
    return ((Json.Value) Json.read(answer)).tree().path("seq").asLong(0);
  }

  /// The details of what is lost are not told: they are asked of another stream, which is not there.
  @Test
  void readingsOfSomeTypesNameWhatIsLostBeforeItsDetailsAreKnown() throws Exception {
    for (String type : List.of("a.a", "a.b", "a.a")) {
      lead(type);
      copy(type);
    }
    for (String stream : List.of("log", "replica")) {
      api(nats, "STREAM.MSG.DELETE." + stream, "{\"seq\":2}");
    }
    JetStreamApi api = new JetStreamApi(link.connection());
    StreamBounds bounds = new StreamBounds(api, "nothing");
    StreamRanges others = ranges(bounds);

    assertThat(bounds.knowsLost()).isFalse();
    StreamRanges.Range range =
        Logs.await(others.read(0, delivery.newest(), TypeFilter.of(Set.of("a.a")), 100, Logs.ALL));

    assertThat(range.lost()).containsExactly(new Stretch(2, 2));
    assertThat(range.to()).isEqualTo(3);

    StreamBounds told = new StreamBounds(api, "log");
    told.begin(StreamInfo.of(api(nats, "STREAM.INFO.log", "")));
    await(told::knowsLost);
    assertThat(told.lostBetween(0, 3, 1)).containsExactly(new Stretch(2, 2));
  }

  private CompletableFuture<StreamRanges.Range> read(TypeFilter types) {
    return ranges.read(0, delivery.newest(), types, 100, Logs.ALL);
  }

  @Test
  void aReplicaThatIsBehindIsAskedUntilItHasTheNewest() throws Exception {
    lead("a.a");
    lead("a.b");
    lead("a.c");
    copy("a.a");

    CompletableFuture<StreamRanges.Range> all = read(TypeFilter.ALL);
    CompletableFuture<StreamRanges.Range> some = read(TypeFilter.of(Set.of("a.c")));
    CompletableFuture<DirectGet.Found> single = ranges.single(3);
    // Asked more than once.
    awaitReadings(6);
    assertThat(all).isNotDone();
    assertThat(some).isNotDone();
    assertThat(single).isNotDone();
    copy("a.b");
    copy("a.c");

    assertThat(sequences(Logs.await(all).events())).isEqualTo(upTo(3));
    assertThat(Logs.await(all).lost()).isEmpty();
    assertThat(Logs.await(all).to()).isEqualTo(3);
    assertThat(sequences(Logs.await(some).events())).containsExactly(3L);
    assertThat(Logs.await(single).event()).isNotNull();
  }

  private void awaitReadings(int count) throws Exception {
    var readings = nats.subscribe("$JS.API.DIRECT.GET.replica");
    for (int i = 0; i < count; i++) {
      assertThat(readings.nextMessage(PATIENCE)).isNotNull();
    }
  }

  @Test
  void aTimeIsNotLookedForWhereAReplicaIsBehind() throws Exception {
    lead("a.a");
    copy("a.a");
    Instant before = Instant.parse("2000-01-01T00:00:00Z");
    assertThat(Logs.await(ranges.firstFrom(before))).isEqualTo(1);
    JsonNode first = api(nats, "STREAM.MSG.GET.replica", "{\"seq\":1}");
    Instant copied =
        java.time.OffsetDateTime.parse(first.path("message").path("time").asString("")).toInstant();
    lead("a.b");

    CompletableFuture<Long> later = ranges.firstFrom(copied.plusNanos(1));
    awaitReadings(2);
    assertThat(later).isNotDone();
    copy("a.b");

    assertThat(Logs.await(later)).isEqualTo(2);
    assertThat(Logs.await(ranges.firstFrom(Instant.now().plusSeconds(3_600))))
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void whatTheLeaderDoesNotHaveEitherIsLost() throws Exception {
    lead("a.a");
    copy("a.a");
    lead("a.b");
    assertThat(api(nats, "STREAM.MSG.DELETE.log", "{\"seq\":2}").path("success").asBoolean(false))
        .isTrue();

    StreamRanges.Range all = Logs.await(read(TypeFilter.ALL));

    assertThat(sequences(all.events())).containsExactly(1L);
    assertThat(all.lost()).containsExactly(new Stretch(2, 2));
    assertThat(all.to()).isEqualTo(2);
    assertThat(Logs.await(ranges.single(2)).event()).isNull();
  }

  @Test
  void nothingIsReadWhileTheEpochIsInDoubt() throws Exception {
    lead("a.a");
    copy("a.a");
    ranges.endTerm();
    CompletableFuture<StreamRanges.Range> all = read(TypeFilter.ALL);
    // Answers come in the order of what is asked: by now that to a reading would have come.
    assertThat(Logs.await(direct.get(JetStreamApi.request().put("seq", 1))).messages()).hasSize(1);
    assertThat(all).isNotDone();

    ranges.beginTerm(StreamInfo.of(api(nats, "STREAM.INFO.log", "")));

    assertThat(sequences(Logs.await(all).events())).containsExactly(1L);
  }

  /// The test stands between: what it is asked for it hands on when it likes.
  @Test
  void aReadingThatADoubtHasOvertakenIsMadeAgain() throws Exception {
    lead("a.a");
    copy("a.a");
    JetStreamApi api = new JetStreamApi(link.connection());
    EventCodec codec = new EventCodec("log", "gate");
    DirectGet slow = new DirectGet(link.connection(), codec, "slow");
    slow.start();
    StreamInfo info = StreamInfo.of(api(nats, "STREAM.INFO.log", ""));
    StreamRanges others =
        new StreamRanges(
            delivery,
            slow,
            new StreamBounds(api, "log"),
            new StreamLeader(api, "log"),
            new Terms(link),
            codec,
            new ForeignParts());
    others.beginTerm(info);
    Subscription asked = nats.subscribe("$JS.API.DIRECT.GET.slow");
    nats.flush(PATIENCE);

    CompletableFuture<StreamRanges.Range> all =
        others.read(0, delivery.newest(), TypeFilter.ALL, 100, Logs.ALL);
    Message first = asked.nextMessage(PATIENCE);
    others.endTerm();
    others.beginTerm(info);
    handOn(first);
    Message second = asked.nextMessage(PATIENCE);
    handOn(second);

    assertThat(sequences(Logs.await(all).events())).containsExactly(1L);
  }

  private void handOn(Message reading) {
    assertThat(reading).isNotNull();
    nats.publish("$JS.API.DIRECT.GET.replica", reading.getReplyTo(), reading.getData());
  }
}
