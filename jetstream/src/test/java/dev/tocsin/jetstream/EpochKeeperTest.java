package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.Json;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import io.nats.client.Connection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// When an epoch goes on and when another begins, with a real stream and a real bucket.
@Timeout(120)
class EpochKeeperTest extends OnRealServers {

  private NatsServers servers;
  private Link link;
  private Connection nats;
  private JetStreamSettings settings;
  private EpochBucket bucket;
  private LossyConnection lossy;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    servers = NatsServers.one(folder);
    settings = TestSettings.of(servers, "log").build();
    link = Link.open(settings, "test");
    lossy = new LossyConnection(link.connection());
    nats = lossy.connection();
    bucket = new EpochBucket(settings, new JetStreamApi(nats));
    makeStream();
  }

  @AfterEach
  void stop() throws Exception {
    if (link != null) {
      link.close();
    }
    if (servers != null) {
      servers.close();
    }
  }

  /// One in which events can be deleted.
  private void makeStream() throws Exception {
    ObjectNode config = StreamSetup.config(settings);
    config.put("deny_delete", false);
    assertThat(api(nats, "STREAM.CREATE.log", Json.write(config)).has("error")).isFalse();
  }

  private void publish(String type) throws Exception {
    nats.request(
        "log.e." + type, EventCodec.body(SampleEvents.event(type)), Duration.ofSeconds(30));
  }

  private void delete(long sequence) throws Exception {
    assertThat(
            api(nats, "STREAM.MSG.DELETE.log", "{\"seq\":" + sequence + "}")
                .path("success")
                .asBoolean(false))
        .isTrue();
  }

  private EpochKeeper keeper(long seed) {
    return new EpochKeeper(
        settings,
        new JetStreamApi(nats),
        bucket,
        new Random(seed),
        new ForeignParts(),
        config -> null);
  }

  private static Witness event(long sequence, String type) {
    return new Witness(sequence, EventCodec.body(SampleEvents.event(type)));
  }

  private EpochRecord record() {
    if (Logs.await(bucket.read()) instanceof EpochBucket.Content.Found(EpochRecord found)) {
      return found;
    }
    throw new AssertionError("no record");
  }

  private void put(EpochRecord record) {
    assertThat(Logs.await(bucket.put(record))).isInstanceOf(JetStreamApi.Answer.Done.class);
  }

  @Test
  void whoStartsLaterFindsTheEpochOfTheFirst() throws Exception {
    publish("a.a");
    EpochKeeper.Verdict first = keeper(1).begin(null);
    publish("a.b");

    EpochKeeper.Verdict second = keeper(2).begin(null);

    assertThat(first.isNew()).isTrue();
    assertThat(second.isNew()).isFalse();
    assertThat(second.epoch()).isEqualTo(first.epoch());
    assertThat(second.info().last()).isEqualTo(2);
    assertThat(record().sequence()).isEqualTo(1);
  }

  /// It would be one that no event vouches for.
  @Test
  void noEpochBeginsWhileNobodySaysWhatTheNewestEventIs() throws Exception {
    publish("a.a");
    StreamInfo info = StreamInfo.of(api(nats, "STREAM.INFO.log", ""));
    api(nats, "STREAM.DELETE.log", "");

    assertThatThrownBy(() -> keeper(1).renew(info))
        .isInstanceOf(EpochKeeper.UndecidedException.class)
        .hasMessageContaining("stream not found");
    assertThat(Logs.await(bucket.read())).isInstanceOf(EpochBucket.Content.Absent.class);
  }

  @Test
  void aStreamThatWasMadeAnewIsAnotherAtTheStart() throws Exception {
    String epoch = keeper(1).begin(null).epoch();
    api(nats, "STREAM.DELETE.log", "");
    makeStream();

    assertThat(keeper(2).begin(null).epoch()).isNotEqualTo(epoch);
  }

  @Test
  void aStreamThatWasMadeAnewIsAnotherLater() throws Exception {
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    assertThat(keeper.check(epoch, 0, null, false).isNew()).isFalse();
    api(nats, "STREAM.DELETE.log", "");
    makeStream();

    EpochKeeper.Verdict verdict = keeper.check(epoch, 0, null, false);

    assertThat(verdict.isNew()).isTrue();
    assertThat(record().epoch()).isEqualTo(verdict.epoch()).isNotEqualTo(epoch);
    assertThat(keeper.check(verdict.epoch(), 0, null, false).isNew()).isFalse();
  }

  private static HeadNote.Known noted(String epoch, long newest, long sequence, String type) {
    return new HeadNote.Known(epoch, newest, sequence, event(sequence, type).digest());
  }

  @Test
  void whatThisGatewayHasNotedHasToBeThere() throws Exception {
    publish("a.a");
    publish("a.b");
    String epoch = keeper(1).begin(null).epoch();

    for (HeadNote.Known well :
        List.of(
            noted(epoch, 1, 1, "a.a"),
            noted(epoch, 2, 2, "a.b"),
            noted(epoch, 2, 1, "a.a"),
            new HeadNote.Known(epoch, 2, 0, ""),
            // Of another epoch: it says nothing.
            noted("other", 9, 9, "a.a"))) {
      assertThat(keeper(2).begin(well).epoch()).as(well.toString()).isEqualTo(epoch);
    }
    for (String type : List.of("a.a", "a.c")) {
      String before = keeper(3).begin(null).epoch();
      HeadNote.Known badly = noted(before, 2, 2, type);
      assertThat(keeper(type.hashCode()).begin(badly).epoch()).isNotEqualTo(before);
    }
    String before = keeper(4).begin(null).epoch();
    assertThat(keeper(5).begin(noted(before, 3, 2, "a.b")).epoch()).isNotEqualTo(before);
  }

  @Test
  void anotherEventInItsPlaceIsANewEpochAtTheStart() throws Exception {
    publish("a.a");
    String epoch = keeper(1).begin(null).epoch();
    put(record().at(1, event(1, "a.b").digest(), List.of()));

    assertThat(keeper(2).begin(null).epoch()).isNotEqualTo(epoch);
  }

  @Test
  void anotherEventInItsPlaceIsANewEpochLater() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();

    assertThat(keeper.check(epoch, 1, event(1, "a.a"), false).isNew()).isFalse();
    EpochKeeper.Verdict verdict = keeper.check(epoch, 1, event(1, "a.b"), false);
    assertThat(verdict.isNew()).isTrue();
    assertThat(verdict.epoch()).isNotEqualTo(epoch);
  }

  @Test
  void anEventThatIsLostSaysNothingOfTheEpoch() throws Exception {
    publish("a.a");
    publish("a.b");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    publish("a.c");
    delete(2);

    assertThat(keeper.check(epoch, 3, event(2, "a.b"), false).isNew()).isFalse();
    assertThat(keeper(2).begin(null).epoch()).isEqualTo(epoch);
  }

  @Test
  void anEventThatHadToGoSaysNothingOfTheEpoch() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    publish("a.b");
    delete(1);

    assertThat(keeper.check(epoch, 2, event(1, "a.x"), false).isNew()).isFalse();
    assertThat(keeper(2).begin(null).epoch()).isEqualTo(epoch);
  }

  @Test
  void aHeadThatIsBelowOursIsGivenTimeToComeBack() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();

    assertThatThrownBy(() -> keeper.check(epoch, 2, null, false))
        .isInstanceOf(EpochKeeper.UndecidedException.class)
        .hasMessageContaining("newest event is 1, but 2 was there");
    long told = System.nanoTime();
    publish("a.b");
    assertThat(keeper.check(epoch, 2, null, false).isNew()).isFalse();
    // Another time counts from its own beginning, however long ago the first one was.
    await(() -> System.nanoTime() - told > EpochKeeper.PATIENCE_NANOS);
    assertThatThrownBy(() -> keeper.check(epoch, 3, null, false))
        .isInstanceOf(EpochKeeper.UndecidedException.class);
  }

  @Test
  void aHeadThatStaysBelowOursIsANewEpoch() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();

    EpochKeeper.Verdict[] verdict = new EpochKeeper.Verdict[1];
    await(() -> {
      try {
        verdict[0] = keeper.check(epoch, 2, null, false);
        return true;
      } catch (EpochKeeper.UndecidedException e) {
        return false;
      }
    });

    assertThat(verdict[0].isNew()).isTrue();
    assertThat(verdict[0].info().last()).isEqualTo(1);
  }

  @Test
  void whatIsNoNameOfAnEpochIsNotTaken() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    for (String name : List.of("", "<script>", "a".repeat(65))) {
      EpochRecord found = record();
      put(new EpochRecord(name, found.created(), 1, found.digest(), List.of(), found.revision()));

      assertThat(keeper.check(epoch, 1, event(1, "a.a"), false).isNew()).isFalse();
      assertThat(record().epoch()).isEqualTo(epoch);
    }
  }

  @Test
  void theEpochOfTheRecordIsTaken() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    EpochRecord found = record();
    put(new EpochRecord("other", found.created(), 1, found.digest(), List.of(), found.revision()));

    EpochKeeper.Verdict verdict = keeper.check(epoch, 1, event(1, "a.a"), false);

    assertThat(verdict)
        .isEqualTo(new EpochKeeper.Verdict("other", verdict.info(), true, List.of()));
  }

  private void loseTheBucketsLeader() {
    lossy.lose("$JS.API.STREAM.MSG.GET.KV_log");
  }

  @Test
  void anEpochThatAnyServerKnowsGoesOnWithoutTheBucketsLeader() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    loseTheBucketsLeader();

    assertThat(keeper.check(epoch, 1, event(1, "a.a"), false).isNew()).isFalse();
  }

  @Test
  void onlyTheBucketsLeaderEndsAnEpoch() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    EpochRecord found = record();
    put(new EpochRecord("other", found.created(), 1, found.digest(), List.of(), found.revision()));
    loseTheBucketsLeader();

    assertThatThrownBy(() -> keeper.check(epoch, 1, event(1, "a.a"), false))
        .isInstanceOf(EpochKeeper.UndecidedException.class);
  }

  @Test
  void onlyTheBucketsLeaderIsBelievedWhenTheEpochIsDoubted() throws Exception {
    publish("a.a");
    EpochKeeper keeper = keeper(1);
    String epoch = keeper.begin(null).epoch();
    loseTheBucketsLeader();

    assertThatThrownBy(() -> keeper.check(epoch, 1, event(1, "a.a"), true))
        .isInstanceOf(EpochKeeper.UndecidedException.class);
    assertThatThrownBy(() -> keeper.check(epoch, 1, event(1, "a.b"), false))
        .isInstanceOf(EpochKeeper.UndecidedException.class);
  }
}
