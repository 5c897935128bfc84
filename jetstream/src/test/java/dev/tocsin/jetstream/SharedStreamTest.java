package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.Json;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.RecordedFollower;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SharedLogFigures;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What happens to one stream that several gateways share, and to which others do what they should not.
@Timeout(120)
class SharedStreamTest extends OnOneServer {

  private final List<EventLog> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    opened.forEach(EventLog::close);
  }

  private TestSettings settings() {
    return TestSettings.of(servers, prefix);
  }

  private JetStreamEventLog open() throws JetStreamOpenException {
    return opened(settings());
  }

  private JetStreamEventLog opened(TestSettings settings) throws JetStreamOpenException {
    JetStreamEventLog log = open(settings);
    opened.add(log);
    return log;
  }

  /// Makes a stream like the log's that allows what a log's does not.
  private void makeStream(String name, boolean value) throws Exception {
    makeStream(config -> config.put(name, value));
  }

  private void makeStream(Consumer<ObjectNode> change) throws Exception {
    ObjectNode config = StreamSetup.config(settings().build());
    change.accept(config);
    assertThat(api("STREAM.CREATE." + prefix, Json.write(config)).has("error")).isFalse();
  }

  @Test
  void bothGatewaysHaveOneOrderAndOneEpoch() throws Exception {
    EventLog one = open();
    EventLog other = open();
    RecordedFollower atOne = new RecordedFollower();
    RecordedFollower atOther = new RecordedFollower();
    one.follow(0, atOne);
    other.follow(0, atOther);

    CompletableFuture<Void> appending =
        CompletableFuture.runAsync(
            () -> IntStream.range(0, 200).forEach(i -> append(one, "a.one")));
    IntStream.range(0, 200).forEach(i -> append(other, "a.other"));
    Logs.await(appending);
    reach(one, 400);
    reach(other, 400);

    assertThat(one.state().epoch()).isEqualTo(other.state().epoch());
    assertThat(sequences(atOne.events()))
        .isEqualTo(LongStream.rangeClosed(1, 400).boxed().toList());
    assertThat(sequences(atOther.events())).isEqualTo(sequences(atOne.events()));
    assertThat(atOther.events().stream().map(event -> event.event().type()))
        .isEqualTo(atOne.events().stream().map(event -> event.event().type()).toList());
  }

  /// Takes a while for each group, also when it is interrupted.
  private static final class SlowFollower implements Follower {

    @Override
    public void events(List<LoggedEvent> group) {
      long end = System.nanoTime() + Duration.ofMillis(50).toNanos();
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void lost(long from, long to) {}

    @Override
    public void restarted(String epoch, long newest) {}
  }

  /// Whoever publishes is answered when the follower has met the event: closing does not leave it in doubt.
  @Test
  void whatWasAppendedBeforeItClosesIsHandedOnBeforeItCloses() throws Exception {
    EventLog log = open();
    log.follow(0, new SlowFollower());
    List<CompletableFuture<Boolean>> handedOn = new ArrayList<>();

    for (int i = 0; i < 1_000; i++) {
      handedOn.add(
          log.append(SampleEvents.appends("a.a"))
              .thenCompose(results -> {
                long sequence = ((AppendResult.Stored) results.getFirst()).sequence();
                return log.reach(sequence, Duration.ofSeconds(30))
                    .thenApply(reached -> reached >= sequence);
              })
              .toCompletableFuture());
    }
    log.close();

    assertThat(handedOn).allSatisfy(each -> assertThat(Logs.await(each)).isTrue());
  }

  @Test
  void aKeyIsKnownToEveryGateway() throws Exception {
    EventLog one = open();
    EventLog other = open();

    assertThat(append(one, SampleEvents.keyed("key", "a.a"))).isEqualTo(stored(1));
    assertThat(append(other, SampleEvents.keyed("key", "a.a"))).isEqualTo(stored(1));
    assertThat(append(other, SampleEvents.keyed("key", "a.b")))
        .isEqualTo(new AppendResult.Conflict());
    assertThat(append(one, SampleEvents.keyed("key\n\r ä 😀", "a.b"))).isEqualTo(stored(2));
    assertThat(append(other, SampleEvents.keyed("key\n\r ä 😀", "a.b"))).isEqualTo(stored(2));
  }

  @Test
  void racingKeysHaveOneAnswer() throws Exception {
    EventLog one = open();
    EventLog other = open();

    for (int round = 1; round <= 20; round++) {
      String key = "key" + round;
      List<CompletableFuture<AppendResult>> racing =
          IntStream.range(0, 16)
              .mapToObj(i ->
                  (i % 2 == 0 ? one : other)
                      .append(List.of(SampleEvents.keyed(key, "a.a")))
                      .toCompletableFuture()
                      .thenApply(List::getFirst))
              .toList();

      assertThat(racing.stream().map(Logs::await).distinct()).containsExactly(stored(round));
    }
  }

  @Test
  void aKeyIsForgottenAfterItsWindow() throws Exception {
    EventLog log = opened(settings().remembering(Duration.ofMillis(500)));
    assertThat(append(log, SampleEvents.keyed("key", "a.a"))).isEqualTo(stored(1));

    AppendResult later;
    do {
      later = append(log, SampleEvents.keyed("key", "a.a"));
    } while (later.equals(stored(1)));
    assertThat(later).isEqualTo(stored(2));
  }

  /// A key is settled for good, also where nobody can read any more what came first: to say that it may be tried again would be
  /// wrong.
  @Test
  void aKeyWhoseEventIsNotKeptAnyMoreIsSettled() throws Exception {
    TestSettings small = settings().keeping(JetStreamSettings.MIN_RETAIN_BYTES);
    EventLog one = opened(small);
    EventLog other = opened(small);
    assertThat(append(one, SampleEvents.keyed("key", "a.a"))).isEqualTo(stored(1));
    assertThat(append(one, SampleEvents.keyed("second", "a.a"))).isEqualTo(stored(2));
    assertThat(append(other, SampleEvents.keyed("second", "a.a"))).isEqualTo(stored(2));
    byte[] large = new byte[60_000];
    for (int i = 0; i < 20; i++) {
      nats.request(prefix + ".e.large.one", large, Duration.ofSeconds(10));
    }
    await(() -> one.state().oldest() > 2 && other.state().oldest() > 2);

    assertThat(append(one, SampleEvents.keyed("key", "a.a"))).isEqualTo(stored(1));
    assertThat(append(one, SampleEvents.keyed("key", "a.b")))
        .isEqualTo(new AppendResult.Conflict());
    for (String type : List.of("a.a", "a.b")) {
      assertThat(append(other, SampleEvents.keyed("key", type)))
          .isInstanceOfSatisfying(
              AppendResult.Conflict.class,
              no -> assertThat(no.reason()).contains("an event that is not kept any more"));
    }
    // One that has told it once knows it as well.
    assertThat(append(other, SampleEvents.keyed("second", "a.a"))).isEqualTo(stored(2));
  }

  @Test
  void whatTheStreamHasLostIsAGap() throws Exception {
    // deny_delete can be set later, but not taken away.
    makeStream("deny_delete", false);
    for (String type : List.of("a.a", "a.b", "a.c", "a.d", "a.e")) {
      nats.request(
          prefix + ".e." + type, EventCodec.body(SampleEvents.event(type)), Duration.ofSeconds(10));
    }
    assertThat(api("STREAM.MSG.DELETE." + prefix, "{\"seq\":2}").path("success").asBoolean(false))
        .isTrue();
    api("STREAM.MSG.DELETE." + prefix, "{\"seq\":3}");
    ObjectNode config = StreamSetup.config(settings().build());
    assertThat(api("STREAM.UPDATE." + prefix, Json.write(config)).has("error")).isFalse();
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();

    log.follow(0, followed);

    assertThat(sequences(followed.events())).containsExactly(1L, 4L, 5L);
    assertThat(followed.lost()).containsExactly(new Stretch(2, 3));
    Page all = Logs.await(log.read(0, TypeFilter.ALL, 10, Logs.ALL));
    assertThat(sequences(all.events())).containsExactly(1L, 4L, 5L);
    assertThat(all.lost()).containsExactly(new Stretch(2, 3));
    Page some = Logs.await(log.read(1, TypeFilter.of(Set.of("a.b", "a.d")), 10, Logs.ALL));
    assertThat(sequences(some.events())).containsExactly(4L);
    assertThat(some.position()).isEqualTo(5);
    Page each = Logs.await(log.readEach(new long[] {1, 2, 4}, Logs.ALL));
    assertThat(sequences(each.events())).containsExactly(1L, 4L);
    assertThat(each.lost()).containsExactly(new Stretch(2, 2));
    await(() ->
        Logs.await(log.read(1, TypeFilter.of(Set.of("a.d")), 10, Logs.ALL))
            .lost()
            .equals(List.of(new Stretch(2, 3))));
  }

  @Test
  void aForeignMessageIsAGap() throws Exception {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);
    append(log, "a.a");

    nats.publish(prefix + ".e.a.b", "hello".getBytes(StandardCharsets.UTF_8));
    nats.publish(prefix + ".e.a.c", EventCodec.body(SampleEvents.event("a.d")));
    nats.flush(Duration.ofSeconds(10));

    assertThat(append(log, "a.e")).isEqualTo(4);
    assertThat(sequences(followed.events())).containsExactly(1L, 4L);
    assertThat(followed.lost()).containsExactly(new Stretch(2, 2), new Stretch(3, 3));
    EventLog other = open();
    Page page = Logs.await(other.read(0, TypeFilter.ALL, 10, Logs.ALL));
    assertThat(sequences(page.events())).containsExactly(1L, 4L);
    assertThat(page.lost()).containsExactly(new Stretch(2, 3));
  }

  private void publishForeign(String type) throws Exception {
    nats.request(
        prefix + ".e." + type, "junk".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(10));
  }

  /// What a reader of some types is told, in that order: of what is lost the negative sequence.
  private static List<Long> told(EventLog log, String... types) {
    List<Long> told = new ArrayList<>();
    for (long after = 0; after < log.state().newest(); ) {
      Page page = Logs.await(log.read(after, TypeFilter.of(Set.of(types)), 10, Logs.ALL));
      assertThat(page.position()).isGreaterThan(after);
      after = page.position();
      told.addAll(inOrder(page));
    }
    return told;
  }

  /// The same from the end.
  private static List<Long> toldBack(EventLog log, String... types) {
    List<Long> told = new ArrayList<>();
    for (long before = log.state().newest() + 1; before > 1; ) {
      Page page = Logs.await(log.readBack(before, TypeFilter.of(Set.of(types)), 10, Logs.ALL));
      assertThat(page.position()).isLessThan(before);
      before = page.position() + 1;
      told.addAll(inOrder(page).reversed());
    }
    return told.reversed();
  }

  private static List<Long> inOrder(Page page) {
    List<Long> told = new ArrayList<>(sequences(page.events()));
    page.lost()
        .forEach(lost ->
            LongStream.rangeClosed(lost.from(), lost.to()).forEach(each -> told.add(-each)));
    told.sort(Comparator.comparingLong(Math::abs));
    return told;
  }

  /// The last message of a subject says nothing of those before it.
  @Test
  void eventsBeforeAForeignMessageOfTheirTypeAreFoundLater() throws Exception {
    JetStreamEventLog first = open();
    append(first, "a.a", "a.a", "a.a", "a.a");
    publishForeign("a.a");
    publishForeign("a.a");
    publishForeign("a.none");
    append(first, "a.b");
    first.close();

    JetStreamEventLog log = open();

    assertThat(log.lastByType()).containsExactlyInAnyOrderEntriesOf(Map.of("a.a", 4L, "a.b", 8L));
    List<Long> all = List.of(1L, 2L, 3L, 4L, -5L, -6L, -7L);
    assertThat(told(log, "a.a")).isEqualTo(all);
    assertThat(toldBack(log, "a.a")).isEqualTo(all);
    assertThat(told(log, "a.b")).containsExactly(-5L, -6L, -7L, 8L);
  }

  /// A foreign message is a gap to all, whatever they asked for: also when the gateway that met it is gone, and when none did.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void foreignMessagesAreToldByWhoStartsLater(boolean met) throws Exception {
    prefix += met;
    JetStreamEventLog first = open();
    append(first, "a.a", "a.a", "a.a");
    if (!met) {
      first.close();
    }
    publishForeign("a.b");
    publishForeign("foreign.thing");
    nats.request(
        prefix + ".e.a.a", EventCodec.body(SampleEvents.event("a.a")), Duration.ofSeconds(10));
    reach(met ? first : open(), 6);
    opened.forEach(EventLog::close);

    JetStreamEventLog log = open();

    List<Long> all = List.of(1L, 2L, 3L, -4L, -5L, 6L);
    assertThat(told(log, "a.a")).isEqualTo(all);
    assertThat(told(log, "a.a", "a.b", "a.c")).isEqualTo(all);
    assertThat(toldBack(log, "a.a")).isEqualTo(all);
    assertThat(told(log, "a.b")).containsExactly(-4L, -5L);
    assertThat(toldBack(log, "a.b")).containsExactly(-4L, -5L);
  }

  private String recorded() throws Exception {
    JsonNode record =
        api("STREAM.MSG.GET.KV_" + prefix, "{\"last_by_subj\":\"$KV." + prefix + ".epoch\"}");
    byte[] body = Base64.getDecoder().decode(record.path("message").path("data").asString(""));
    return ((Json.Value) Json.read(body)).tree().path("foreign").toString();
  }

  /// What a stream has that nobody has followed is looked through once, and the record says what was found.
  @Test
  void theRecordOfTheEpochNamesTheForeignMessages() throws Exception {
    makeStream(config -> {});
    for (String type : List.of("a.a", "a.b", "a.c")) {
      nats.request(
          prefix + ".e." + type, EventCodec.body(SampleEvents.event(type)), Duration.ofSeconds(10));
      publishForeign(type);
    }

    JetStreamEventLog log = open();

    assertThat(told(log, "a.b")).containsExactly(-2L, 3L, -4L, -6L);
    await(() -> recorded().equals("[[2,2],[4,4],[6,6]]"));
    assertThat(told(log, "a.b")).containsExactly(-2L, 3L, -4L, -6L);
    publishForeign("a.d");
    append(log, "a.a");
    await(() -> recorded().equals("[[2,2],[4,4],[6,7]]"));
  }

  @Test
  void theRecordOfACleanStreamNamesNone() throws Exception {
    makeStream(config -> {});
    for (int i = 0; i < 5; i++) {
      nats.request(
          prefix + ".e.a.a", EventCodec.body(SampleEvents.event("a.a")), Duration.ofSeconds(10));
    }

    JetStreamEventLog log = open();

    await(() -> recorded().equals("[]"));
    append(log, "a.a");
    log.close();
    assertThat(recorded()).isEqualTo("[]");
  }

  /// Writes down what it is told, in that order: of what is lost the negative sequence.
  private static final class OrderedFollower implements Follower {

    private final List<Long> told = new ArrayList<>();

    @Override
    public synchronized void events(List<LoggedEvent> group) {
      group.forEach(event -> told.add(event.sequence()));
    }

    @Override
    public synchronized void lost(long from, long to) {
      LongStream.rangeClosed(from, to).forEach(sequence -> told.add(-sequence));
    }

    @Override
    public void restarted(String epoch, long newest) {}

    synchronized List<Long> told() {
      return List.copyOf(told);
    }
  }

  @Test
  void foreignMessagesAmongOthersAreToldInTheirPlaces() throws Exception {
    EventLog log = open();
    OrderedFollower followed = new OrderedFollower();
    log.follow(0, followed);

    for (int i = 0; i < 300; i++) {
      nats.publish(prefix + ".e.a.a", EventCodec.body(SampleEvents.event("a.a")));
      nats.publish(prefix + ".e.a.b", "hello".getBytes(StandardCharsets.UTF_8));
    }
    reach(log, 600);

    assertThat(followed.told())
        .isEqualTo(LongStream.rangeClosed(1, 600).mapToObj(i -> i % 2 == 0 ? -i : i).toList());
  }

  /// A server keeps headers as they come. Those that the library cannot read, or that say what a server would, hinder nobody.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "NATS/1.0|Author: Jürgen||",
        "NATS/1.0|no header||",
        "nothing",
        "X: y||",
        "NATS/1.0 409 Consumer Deleted||",
        "NATS/1.0 100 Idle Heartbeat|Nats-Last-Consumer: 77||",
        "NATS/1.0 204 EOB|Nats-Num-Pending: 0||",
        "NATS/1.0|Nats-Sequence: 1|Nats-Subject: a.b||",
        "NATS/1.0|Nats-Sequence: x||"
      })
  void headersOfOthersHinderNobody(String headers) throws Exception {
    prefix += Integer.toHexString(headers.hashCode());
    JetStreamEventLog log = open();
    append(log, "a.a");
    byte[] bytes = headers.replace("|", "\r\n").getBytes(StandardCharsets.UTF_8);
    Message taken =
        nats.request(
            prefix + ".e.a.b",
            new RawHeaders(bytes),
            EventCodec.body(SampleEvents.event("a.b")),
            Duration.ofSeconds(10));
    assertThat(taken).isNotNull();

    assertThat(append(log, "a.c")).isEqualTo(3);
    assertThat(sequences(Logs.readAll(log, 0))).containsExactly(1L, 2L, 3L);
    // One that has none of it in memory.
    JetStreamEventLog other = open();
    assertThat(sequences(Logs.readAll(other, 0))).containsExactly(1L, 2L, 3L);
    assertThat(Logs.await(other.readEach(new long[] {2}, 1 << 20)).events()).hasSize(1);
  }

  @Test
  void typesOfNewerGatewaysAreHandedOn() throws Exception {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);

    nats.publish(
        prefix + ".e.newer.type",
        ("{\"timestamp\":\"2030-01-01T00:00:00Z\", \"type\":\"newer.type\","
                + "\"payload\":{\"any\":[1]}}")
            .getBytes(StandardCharsets.UTF_8));
    reach(log, 1);

    assertThat(followed.events())
        .singleElement()
        .satisfies(event -> assertThat(event.event().type()).isEqualTo("newer.type"));
    assertThat(log.lastByType()).containsEntry("newer.type", 1L);
  }

  /// Anybody may write an envelope in his own way; its bytes in the stream are what stays.
  @Test
  void anEventThatSomebodyElseHasWrittenSaysNothingOfTheEpoch() throws Exception {
    JetStreamEventLog log = open();
    String epoch = log.state().epoch();
    append(log, "a.a");
    nats.publish(
        prefix + ".e.a.b",
        ("{ \"timestamp\": \"2030-01-01T00:00:00Z\", \"type\": \"a.b\",\n"
                + " \"payload\": { \"any\": 1 } }")
            .getBytes(StandardCharsets.UTF_8));
    reach(log, 2);

    log.close();

    JetStreamEventLog next = open();
    assertThat(next.state().epoch()).isEqualTo(epoch);
    assertThat(sequences(Logs.await(next.read(0, TypeFilter.ALL, 10, Logs.ALL)).events()))
        .containsExactly(1L, 2L);
  }

  @Test
  void aMessageThatIsTooLargeForAnEventIsAGap() throws Exception {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);

    nats.publish(
        prefix + ".e.a.b",
        ("{\"type\":\"a.b\",\"payload\":{\"any\":\""
                + "x".repeat(WebSocketEvent.MAX_BYTES + EventCodec.MAX_OVERHEAD)
                + "\"},\"timestamp\":\"2030-01-01T00:00:00Z\"}")
            .getBytes(StandardCharsets.UTF_8));
    reach(log, 1);

    assertThat(followed.events()).isEmpty();
    assertThat(followed.lost()).containsExactly(new Stretch(1, 1));
  }

  @Test
  void anEmptyBucketIsFilledAgainByWhoKnows() throws Exception {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);
    append(log, "a.a");
    String epoch = log.state().epoch();

    Subscription records = nats.subscribe("$KV." + prefix + ".epoch");
    nats.flush(Duration.ofSeconds(10));
    api("STREAM.PURGE.KV_" + prefix, "");

    Message record = records.nextMessage(PATIENCE);
    assertThat(record).isNotNull();
    assertThat(new String(record.getData(), StandardCharsets.UTF_8)).contains(epoch);
    await(() -> log.state().fault().isEmpty());
    assertThat(open().state().epoch()).isEqualTo(epoch);
    assertThat(append(log, "a.b")).isEqualTo(2);
    assertThat(followed.epochs()).isEmpty();
  }

  @Test
  void whoStartsWithAnEmptyBucketBeginsANewEpoch() throws Exception {
    EventLog before = open();
    append(before, "a.a");
    before.close();

    api("STREAM.PURGE.KV_" + prefix, "");

    EventLog after = open();
    assertThat(after.state().epoch()).isNotEqualTo(before.state().epoch());
    assertThat(after.state().newest()).isEqualTo(1);
  }

  @Test
  void theEpochGoesOnThroughARestart() throws Exception {
    EventLog before = open();
    append(before, "a.a", "a.b", "a.a");
    before.close();

    EventLog after = open();

    assertThat(after.state().epoch()).isEqualTo(before.state().epoch());
    assertThat(after.state().newest()).isEqualTo(3);
    assertThat(after.lastByType()).containsEntry("a.a", 3L).containsEntry("a.b", 2L);
    assertThat(sequences(Logs.readAll(after, 0))).containsExactly(1L, 2L, 3L);
    assertThat(sequences(Logs.await(after.readBack(9, TypeFilter.ALL, 2, Logs.ALL)).events()))
        .containsExactly(3L, 2L);
    assertThat(
            sequences(
                Logs.await(after.readBack(3, TypeFilter.of(Set.of("a.a")), 2, Logs.ALL)).events()))
        .containsExactly(1L);
    assertThat(append(after, "a.c")).isEqualTo(4);
  }

  @Test
  void aStreamThatWasMadeAnewIsANewEpochForAll() throws Exception {
    EventLog one = open();
    EventLog other = open();
    RecordedFollower atOne = new RecordedFollower();
    RecordedFollower atOther = new RecordedFollower();
    one.follow(0, atOne);
    other.follow(0, atOther);
    append(one, "a.a", "a.b");
    reach(other, 2);
    String epoch = one.state().epoch();
    CompletableFuture<Long> waiting =
        one.reach(1_000, Duration.ofMinutes(10)).toCompletableFuture();

    api("STREAM.DELETE." + prefix, "");

    atOne.awaitEpoch();
    assertThat(Logs.await(waiting)).as("its sequence was of the epoch before").isZero();
    atOther.awaitEpoch();
    assertThat(one.state().epoch()).isNotEqualTo(epoch);
    await(() ->
        one.state().epoch().equals(other.state().epoch())
            && one.state().fault().isEmpty()
            && other.state().fault().isEmpty());
    assertThat(append(one, "a.c")).isEqualTo(1);
    reach(other, 1);
    assertThat(sequences(Logs.readAll(other, 0))).containsExactly(1L);
  }

  @Test
  void aConsumerThatSomebodyDeletedIsMadeAnew() throws Exception {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);
    append(log, "a.a");

    JsonNode names = api("CONSUMER.NAMES." + prefix, "{}").path("consumers");
    assertThat(names.size()).isPositive();
    for (JsonNode name : names) {
      api("CONSUMER.DELETE." + prefix + "." + name.asString(), "");
    }

    assertThat(append(log, "a.b")).isEqualTo(2);
    assertThat(sequences(followed.events())).containsExactly(1L, 2L);
  }

  @Test
  void manyEventsAreReadFromTheStreamInPages() throws Exception {
    EventLog first = open();
    for (int i = 0; i < 20; i++) {
      Logs.await(
          first.append(
              IntStream.range(0, 200)
                  .mapToObj(j ->
                      new Append(SampleEvents.event(j % 50 == 0 ? "a.rare" : "a.common"), null))
                  .toList()));
    }
    first.close();
    EventLog log = open();

    assertThat(sequences(Logs.readAll(log, 0)))
        .isEqualTo(LongStream.rangeClosed(1, 4_000).boxed().toList());
    List<Long> rare = LongStream.range(0, 80).map(i -> i * 50 + 1).boxed().toList();
    assertThat(sequences(Logs.readAll(log, 0, TypeFilter.of(Set.of("a.rare"))))).isEqualTo(rare);
    assertThat(
            sequences(
                Logs.readAll(
                    log, 0, TypeFilter.of(Set.of("a.rare", "b.a", "b.b", "b.c", "b.d", "b.e")))))
        .isEqualTo(rare);
    List<Long> back = new ArrayList<>();
    for (long before = 4_001; before > 1; ) {
      Page page = Logs.await(log.readBack(before, TypeFilter.of(Set.of("a.rare")), 7, Logs.ALL));
      back.addAll(sequences(page.events()));
      assertThat(page.position()).isLessThan(before);
      before = page.position() + 1;
    }
    assertThat(back).isEqualTo(rare.reversed());
    assertThat(sequences(Logs.readAll(log, 0, TypeFilter.of(Set.of("a.rare", "a.common")))))
        .isEqualTo(upTo(4_000));
    for (Set<String> types :
        List.of(Set.of("a.rare"), Set.of("a.rare", "b.a", "b.b", "b.c", "b.d", "b.e"))) {
      assertThat(inPages(log, TypeFilter.of(types), 7, Logs.ALL)).isEqualTo(rare);
    }
    assertThat(inPages(log, TypeFilter.ALL, 1_000, 20_000)).isEqualTo(upTo(4_000));
    assertThat(backwards(log, TypeFilter.ALL)).isEqualTo(upTo(4_000).reversed());
    assertThat(backwards(log, TypeFilter.of(Set.of("a.common"))))
        .isEqualTo(upTo(4_000).reversed().stream().filter(each -> each % 50 != 1).toList());
    assertThat(sequences(Logs.await(log.readEach(new long[] {1, 2_000, 4_000}, Logs.ALL)).events()))
        .containsExactly(1L, 2_000L, 4_000L);
  }

  private static List<Long> inPages(EventLog log, TypeFilter types, int maxEvents, int maxBytes) {
    List<Long> read = new ArrayList<>();
    for (long after = 0; after < log.state().newest(); ) {
      Page page = Logs.await(log.read(after, types, maxEvents, maxBytes));
      read.addAll(sequences(page.events()));
      assertThat(page.position()).isGreaterThan(after);
      after = page.position();
    }
    return read;
  }

  private static List<Long> backwards(EventLog log, TypeFilter types) {
    List<Long> read = new ArrayList<>();
    for (long before = log.state().newest() + 1; before > 1; ) {
      Page page = Logs.await(log.readBack(before, types, 1_000, Logs.ALL));
      read.addAll(sequences(page.events()));
      assertThat(page.position()).isLessThan(before);
      before = page.position() + 1;
    }
    return read;
  }

  private Instant storedAt(long sequence) throws Exception {
    JsonNode message = api("STREAM.MSG.GET." + prefix, "{\"seq\":" + sequence + "}");
    return OffsetDateTime.parse(message.path("message").path("time").asString("")).toInstant();
  }

  @Test
  void theTimeIsThatOfNats() throws Exception {
    EventLog log = open();
    append(log, "a.a");
    append(log, "a.b");
    append(log, "a.c");
    Instant second = storedAt(2);

    assertThat(Logs.await(log.positionAt(Instant.parse("1980-01-01T00:00:00Z")))).isZero();
    assertThat(Logs.await(log.positionAt(second))).isEqualTo(1);
    assertThat(Logs.await(log.positionAt(second.plusNanos(1)))).isEqualTo(2);
    assertThat(Logs.await(log.positionAt(storedAt(3)))).isEqualTo(2);
    assertThat(Logs.await(log.positionAt(Instant.now().plusSeconds(60)))).isEqualTo(3);
    assertThat(Logs.await(log.positionAt(Instant.MIN))).isZero();
    assertThat(Logs.await(log.positionAt(Instant.MAX))).isEqualTo(3);
  }

  @Test
  void aStreamThatIsKeptInAnotherWayIsRefused() throws Exception {
    open().close();

    assertThatThrownBy(() -> opened(settings().keeping(32 << 20)))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("max_bytes is 67108864 and should be 33554432");
  }

  @Test
  void aStreamOfWhichEventsCanBeDeletedIsRefused() throws Exception {
    makeStream("deny_purge", false);

    assertThatThrownBy(this::open)
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("deny_purge is ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "persist_mode | \"async\"",
        "max_msg_size | 1000",
        "max_consumers | 1",
        "max_msgs | 100",
        "allow_msg_counter | true",
        "consumer_limits | {\"inactive_threshold\":1000000000}"
      })
  void aStreamThatNoLogCanBeKeptInIsRefused(String name, String value) throws Exception {
    byte[] json = value.getBytes(StandardCharsets.UTF_8);
    makeStream(config -> config.set(name, ((Json.Value) Json.read(json)).tree()));

    assertThatThrownBy(this::open)
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining(name + " is " + value);
    api("STREAM.DELETE." + prefix, "");
  }

  /// Where the record of the epoch is lost, gateways begin a new epoch, and clients lose their place.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_age | 60000000000",
        "storage | \"memory\"",
        "retention | \"interest\"",
        "subjects | [\"other.>\"]",
        "max_msg_size | 100",
        "max_bytes | 100",
        "no_ack | true"
      })
  void aBucketThatLosesTheEpochIsRefused(String name, String value) throws Exception {
    ObjectNode config = JetStreamApi.request();
    config.put("name", "KV_" + prefix);
    config.putArray("subjects").add("$KV." + prefix + ".>");
    config.set(name, ((Json.Value) Json.read(value.getBytes(StandardCharsets.UTF_8))).tree());
    assertThat(api("STREAM.CREATE.KV_" + prefix, Json.write(config)).has("error")).isFalse();

    assertThatThrownBy(this::open)
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("KV_" + prefix)
        .hasMessageContaining(name + " is " + value);
    assertThatThrownBy(() -> JetStreamLook.at(settings().build()))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining(name + " is " + value);
    api("STREAM.DELETE.KV_" + prefix, "");
    api("STREAM.DELETE." + prefix, "");
  }

  @Test
  void aBucketOfFewerServersIsRefused() {
    JsonNode config =
        ((Json.Value)
                Json.read(
                    "{\"subjects\":[\"$KV.tocsin.>\"],\"storage\":\"file\",\"retention\":\"limits\",\"num_replicas\":1}"
                        .getBytes(StandardCharsets.UTF_8)))
            .tree();
    assertThat(bucket(1).differences(config)).isEmpty();
    assertThat(bucket(3).differences(config)).containsExactly("num_replicas is 1 and should be 3");
  }

  private static EpochBucket bucket(int replicas) {
    return new EpochBucket(
        new JetStreamSettings(
            servers.urls(),
            "tocsin",
            replicas,
            true,
            Duration.ofDays(7),
            64 << 20,
            Duration.ofMinutes(10),
            false,
            false,
            null,
            null),
        new JetStreamApi(nats));
  }

  /// Where there is no room, for instance: JetStream says the same as of a leader that is away, but for its words.
  @Test
  void whatTheStreamRefusesIsToldInItsWords() throws Exception {
    JetStreamEventLog log = open();
    append(log, "a.a");
    ObjectNode config = StreamSetup.config(settings().build());
    config.put("discard", "new");
    config.put("max_msgs", 1);
    assertThat(api("STREAM.UPDATE." + prefix, Json.write(config)).has("error")).isFalse();

    assertThat(append(log, SampleEvents.appends("a.b").getFirst()))
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class,
            no -> assertThat(no.reason()).contains("maximum messages exceeded"));
    assertThat(log.state().fault().orElseThrow()).contains("maximum messages exceeded");

    update(changed -> {});
    await(() -> log.state().fault().orElse("").isEmpty());
    assertThat(append(log, "a.b")).isEqualTo(2);
    assertThat(log.state().fault()).isEmpty();
  }

  private void update(Consumer<ObjectNode> change) throws Exception {
    ObjectNode config = StreamSetup.config(settings().build());
    change.accept(config);
    assertThat(api("STREAM.UPDATE." + prefix, Json.write(config)).has("error")).isFalse();
  }

  @Test
  void aStreamThatTakesNothingMoreIsNotReady() throws Exception {
    JetStreamEventLog log = open();
    append(log, "a.a");
    update(config -> config.put("sealed", true));

    String words = "invalid operation on sealed stream";
    assertThat(append(log, SampleEvents.appends("a.b").getFirst()))
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class, no -> assertThat(no.reason()).contains(words));
    assertThat(log.state().fault().orElseThrow()).contains(words);
    // Also when NATS has said nothing for long.
    await(() -> log.state().fault().orElseThrow().contains("sealed is true and should be false"));
  }

  @Test
  void aSettingThatChangesWhileAGatewayRunsIsRefused() throws Exception {
    JetStreamEventLog log = open();
    append(log, "a.a");
    String epoch = log.state().epoch();
    update(config -> config.put("max_msgs", 1_000));

    await(
        () -> log.state().fault().orElse("").contains("max_msgs is 1000 and should be unlimited"));
    assertThat(append(log, SampleEvents.appends("a.b").getFirst()))
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class,
            no -> assertThat(no.reason()).contains("max_msgs is 1000"));

    update(config -> {});
    await(() -> log.state().fault().isEmpty());
    assertThat(append(log, "a.b")).isEqualTo(2);
    assertThat(log.state().epoch()).isEqualTo(epoch);
  }

  @Test
  void aStreamThatWasMadeAnewInAnotherWayIsRefused() throws Exception {
    open().close();
    // One that would not make it itself meanwhile.
    JetStreamEventLog log = opened(settings().notCreating());
    append(log, "a.a");
    String epoch = log.state().epoch();
    api("STREAM.DELETE." + prefix, "");
    makeStream(config -> {
      config.put("deny_delete", false);
      config.put("deny_purge", false);
      config.put("max_msgs", 3);
    });

    await(() ->
        log.state()
            .fault()
            .orElse("")
            .contains(
                "deny_delete is false and should be true; deny_purge is false and should be true;"
                    + " max_msgs is 3 and should be unlimited"));
    assertThat(append(log, SampleEvents.appends("a.b").getFirst()))
        .isInstanceOf(AppendResult.Unavailable.class);
    assertThat(log.state().epoch()).isEqualTo(epoch);

    update(config -> {});
    await(() -> log.state().fault().isEmpty());
    assertThat(append(log, "a.b")).isEqualTo(1);
    assertThat(log.state().epoch()).isNotEqualTo(epoch);
  }

  @Test
  void aStreamThatHasToBeThereIsMissed() {
    assertThatThrownBy(() -> opened(settings().notCreating()))
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("no stream " + prefix);
  }

  @Test
  void aStreamOfAnotherApplicationIsRefused() throws Exception {
    api("STREAM.CREATE.taken", "{\"name\":\"taken\",\"subjects\":[\"" + prefix + ".>\"]}");

    assertThatThrownBy(this::open)
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("overlap");
  }

  @Test
  void gatewaysThatStartAtOnceAgree() {
    List<CompletableFuture<JetStreamEventLog>> opening =
        IntStream.range(0, 6)
            .mapToObj(i ->
                CompletableFuture.supplyAsync(
                    () -> {
                      try {
                        return open(settings());
                      } catch (JetStreamOpenException e) {
                        throw new AssertionError(e);
                      }
                    },
                    Thread::startVirtualThread))
            .toList();

    List<JetStreamEventLog> logs = opening.stream().map(Logs::await).toList();
    opened.addAll(logs);

    assertThat(logs.stream().map(log -> log.state().epoch()).distinct()).hasSize(1);
  }

  @Test
  void tellsHowItStands() throws Exception {
    JetStreamEventLog log = open();
    append(log, "a.a");

    SharedLogFigures shared = log.figures().shared().orElseThrow();

    assertThat(shared.servers()).isEqualTo(servers.urls());
    assertThat(shared.replicas()).isEqualTo(1);
    assertThat(shared.publishes().count()).isEqualTo(1);
    assertThat(shared.healthy()).isTrue();
    assertThat(shared.lagSeconds()).isZero();
    assertThat(open().figures().shared().orElseThrow().gateway()).isNotEqualTo(shared.gateway());
    // Also when nothing has come for longer than a gateway may hear nothing.
    awaitLooks(servers, prefix, 4);
    await(() -> log.figures().shared().orElseThrow().lagSeconds() == 0);
  }
}
