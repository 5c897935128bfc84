package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.Json;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedKey;
import dev.tocsin.hub.CopyableLog;
import dev.tocsin.hub.IdempotencyKey;
import dev.tocsin.hub.LogCopy;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogTarget;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A stream as what is copied, and as what becomes a copy.
@Timeout(120)
class StreamMoveTest extends OnOneServer {

  private static final LogCopy.Watcher NOBODY = (phase, first, position, newest) -> {};
  private static final InstantSource CLOCK = InstantSource.system();

  private JetStreamSettings settings() {
    return TestSettings.of(servers, prefix).build();
  }

  private JetStreamEventLog open() throws JetStreamOpenException {
    return JetStreamEventLog.open(settings(), CLOCK);
  }

  private JetStreamLogTarget target() throws JetStreamOpenException {
    return JetStreamLogTarget.open(settings(), CLOCK);
  }

  private LogCopy.Result copyFrom(CopyableLog source) throws Exception {
    try (JetStreamLogTarget target = target()) {
      return new LogCopy(source, target, NOBODY).run();
    }
  }

  private CopyableLog copyOut() throws Exception {
    CopyableLog target = new CopyableLog(1_000);
    try (JetStreamLogSource source = JetStreamLogSource.open(settings(), CLOCK)) {
      new LogCopy(source, target, NOBODY).run();
    }
    return target;
  }

  private static CopiedKey key(String text, String type) {
    IdempotencyKey key = SampleEvents.keyed(text, type).idempotencyKey();
    assertThat(key).isNotNull();
    return new CopiedKey(IdempotencyKey.digest(text), key.bodyDigest(), 60_000);
  }

  private static List<String> texts(List<LoggedEvent> events) {
    return events.stream().map(event -> event.sequence() + " " + event.event()).toList();
  }

  private static List<String> texts(CopyableLog log) {
    return texts(
        log.events().stream()
            .map(event -> new LoggedEvent(event.sequence(), event.event()))
            .toList());
  }

  @Test
  void aCopyHasTheEventsOfItsSourceAndTheirHoles() throws Exception {
    CopyableLog source = new CopyableLog(3).trim(5);
    source.add(9, "a.a").add(0, "b.b").add(4, "a.a").add(0, "c.c").holesAtTheEnd(3);

    LogCopy.Result result = copyFrom(source);

    try (JetStreamEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(result.epoch());
      assertThat(log.state().oldest()).isEqualTo(10);
      assertThat(log.state().newest()).isEqualTo(20);
      Page page = Logs.await(log.read(0, TypeFilter.ALL, 100, Logs.ALL));
      assertThat(texts(page.events())).isEqualTo(texts(source));
      assertThat(page.lost())
          .containsExactly(new Stretch(1, 9), new Stretch(12, 15), new Stretch(18, 20));
      Page some = Logs.await(log.read(10, TypeFilter.of(Set.of("c.c")), 100, Logs.ALL));
      assertThat(some.events()).hasSize(1);
      assertThat(append(log, new Append(SampleEvents.event("d.d"), null))).isEqualTo(stored(21));
    }
  }

  @Test
  void aFinishedCopyIsKeptLikeAnyLog() throws Exception {
    copyFrom(new CopyableLog(3).add(0, "a.a").add(4, "b.b"));

    JsonNode config = api("STREAM.INFO." + prefix, "").path("config");
    assertThat(config.path("deny_delete").asBoolean(false)).isTrue();
    assertThat(config.path("deny_purge").asBoolean(false)).isTrue();
    assertThat(config.path("max_bytes").asLong(0)).isEqualTo(64 << 20);
    assertThat(config.path("max_age").asLong(0)).isEqualTo(Duration.ofDays(7).toNanos());
    assertThat(config.path("metadata").has("tocsin-copy")).isFalse();
    JsonNode state = api("STREAM.INFO." + prefix, "").path("state");
    assertThat(state.path("messages").asInt(0)).isEqualTo(2);
    assertThat(state.path("last_seq").asInt(0)).isEqualTo(6);
  }

  @Test
  void theTimesAtWhichEventsWereAcceptedStay() throws Exception {
    CopyableLog source = new CopyableLog(3).trim(3).add(4, "a.a");
    for (int i = 0; i < 20; i++) {
      source.add(i % 3, "b.b");
    }
    copyFrom(source);

    try (JetStreamEventLog log = open()) {
      long newest = log.state().newest();
      for (CopiedEvent event : source.events()) {
        Instant accepted = Instant.ofEpochMilli(event.acceptedMillis());
        // What is between two events is a hole: either end of it is right.
        assertThat(Logs.await(log.positionAt(accepted)))
            .isLessThan(event.sequence())
            .isGreaterThanOrEqualTo(event.sequence() - 3);
        assertThat(Logs.await(log.positionAt(accepted.plusMillis(1))))
            .isGreaterThanOrEqualTo(event.sequence());
      }
      assertThat(Logs.await(log.positionAt(Instant.EPOCH))).isLessThan(5);
      assertThat(Logs.await(log.positionAt(Instant.now().minusSeconds(3600)))).isEqualTo(newest);
      Instant before = Instant.now();
      assertThat(append(log, new Append(SampleEvents.event("d.d"), null)))
          .isEqualTo(stored(newest + 1));
      assertThat(Logs.await(log.reach(newest + 1, Duration.ofSeconds(30)))).isEqualTo(newest + 1);
      assertThat(Logs.await(log.positionAt(before.minusSeconds(30)))).isEqualTo(newest);
    }
    assertThat(copyOut().events().getFirst().acceptedMillis()).isEqualTo(CopyableLog.time(5));
  }

  @Test
  void aRepetitionIsAnsweredLikeThePublishInTheSource() throws Exception {
    copyFrom(
        new CopyableLog(3).add(0, "a.a", key("first", "a.a")).add(0, "b.b", key("second", "b.b")));

    try (JetStreamEventLog log = open()) {
      assertThat(append(log, SampleEvents.keyed("first", "a.a"))).isEqualTo(stored(1));
      assertThat(append(log, SampleEvents.keyed("second", "other")))
          .isEqualTo(new AppendResult.Conflict());
      assertThat(append(log, SampleEvents.keyed("third", "a.a"))).isEqualTo(stored(3));
    }
  }

  @Test
  void eventsKeysAndTimesAreTakenAlong() throws Exception {
    long before = System.currentTimeMillis();
    try (JetStreamEventLog log = open()) {
      append(log, SampleEvents.keyed("first", "a.a"));
      append(log, new Append(SampleEvents.event("b.b"), null));
    }
    nats.publish(prefix + ".e.x.y", "no event".getBytes(StandardCharsets.UTF_8));
    nats.flush(Duration.ofSeconds(10));
    try (JetStreamEventLog log = open()) {
      append(log, new Append(SampleEvents.event("c.c"), null));
    }

    List<CopiedEvent> copied = copyOut().events();

    assertThat(copied.stream().map(CopiedEvent::sequence)).containsExactly(1L, 2L, 4L);
    assertThat(copied.getFirst().event().toString())
        .isEqualTo(SampleEvents.event("a.a").toString());
    assertThat(copied.getFirst().acceptedMillis())
        .isBetween(before - 1_000, System.currentTimeMillis() + 1_000);
    CopiedKey key = copied.getFirst().key();
    CopiedKey wanted = key("first", "a.a");
    assertThat(key).isNotNull();
    assertThat(key.digest()).isEqualTo(wanted.digest());
    assertThat(key.bodyDigest()).isEqualTo(wanted.bodyDigest());
    assertThat(key.leftMillis()).isBetween(400_000L, 602_000L);
    assertThat(copied.get(1).key()).isNull();
  }

  @Test
  void whatIsMissingAtTheEndOfTheSourceIsMissingInTheCopy() throws Exception {
    copyFrom(new CopyableLog(3).add(0, "a.a").holesAtTheEnd(5));

    CopyableLog copied = copyOut();

    assertThat(copied.events()).hasSize(1);
    try (JetStreamLogSource source = JetStreamLogSource.open(settings(), CLOCK)) {
      assertThat(source.extent().newest()).isEqualTo(6);
    }
  }

  @Test
  void anUnfinishedCopyIsServedByNobodyAndGoesOn() throws Exception {
    CopyableLog source = new CopyableLog(2);
    for (int i = 0; i < 5; i++) {
      source.add(i % 2, "a.a");
    }
    try (JetStreamLogTarget target = target()) {
      target.begin(source.extent());
      target.write(source.read(0, 3));
      target.settle();
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(JetStreamOpenException.class)
        .hasMessageContaining("unfinished copy");
    assertThatThrownBy(this::copyOut)
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("unfinished copy");
    assertThatThrownBy(() -> copyFrom(new CopyableLog(2).add(6, "a.a").named("other")))
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("unfinished copy of another log");

    copyFrom(source);
    try (JetStreamEventLog log = open()) {
      assertThat(texts(Logs.readAll(log, 0))).isEqualTo(texts(source));
    }
  }

  @Test
  void aGatewayThatRunsWaitsForTheEndOfACopy() throws Exception {
    try (JetStreamEventLog log = open()) {
      String before = log.state().epoch();
      assertThat(api("STREAM.DELETE." + prefix, "").has("error")).isFalse();
      CopyableLog source = new CopyableLog(2).add(0, "a.a").add(0, "b.b");
      String epoch;
      try (JetStreamLogTarget target = beginBeside(source)) {
        target.write(source.read(0, 2));
        target.settle();
        await(() -> log.state().fault().orElse("").contains("unfinished copy"));
        assertThat(log.state().newest()).isZero();
        epoch = target.finish();
      }
      await(() -> log.state().newest() == 2);
      assertThat(epoch).isNotEqualTo(before);
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(texts(Logs.readAll(log, 0))).isEqualTo(texts(source));
    }
  }

  /// A gateway that runs makes the stream again, if it is faster.
  private JetStreamLogTarget beginBeside(CopyableLog source) throws Exception {
    for (int i = 0; ; i++) {
      JetStreamLogTarget target = target();
      try {
        target.begin(source.extent());
        return target;
      } catch (LogCopyException e) {
        target.close();
        if (i == 5) {
          throw e;
        }
        api("STREAM.DELETE." + prefix, "");
      }
    }
  }

  @Test
  void aLogThatIsThereIsRefused() throws Exception {
    try (JetStreamEventLog log = open()) {
      append(log, new Append(SampleEvents.event("a.a"), null));
    }
    assertThatThrownBy(() -> copyFrom(new CopyableLog(2).add(0, "a.a")))
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("holds another log already, up to sequence 1");
  }

  @Test
  void aStreamThatHeldNothingIsNoHindrance() throws Exception {
    String before;
    try (JetStreamEventLog log = open()) {
      before = log.state().epoch();
    }
    CopyableLog source = new CopyableLog(2).trim(3).add(4, "a.a");

    assertThat(copyFrom(source).epoch()).isNotEqualTo(before);
    try (JetStreamEventLog log = open()) {
      assertThat(texts(Logs.readAll(log, 0))).isEqualTo(texts(source));
    }
  }

  @Test
  void aStreamThatIsFollowedIsNotTakenAway() throws Exception {
    try (JetStreamEventLog log = open()) {
      await(
          () -> api("STREAM.INFO." + prefix, "").path("state").path("consumer_count").asInt() == 1);
      assertThatThrownBy(() -> copyFrom(new CopyableLog(2).add(0, "a.a")))
          .isInstanceOf(LogCopyException.class)
          .hasMessageContaining("Somebody follows the stream");
      assertThat(append(log, new Append(SampleEvents.event("a.a"), null))).isEqualTo(stored(1));
    }
  }

  /// A server that begins in the instant between the last look and the removal.
  @Test
  void aStreamThatIsGivenAnEventInTheLastInstantIsNotTakenAway() throws Exception {
    try (JetStreamEventLog log = open();
        JetStreamLogTarget target = target()) {
      JsonNode empty = api("STREAM.INFO." + prefix, "");
      assertThat(append(log, new Append(SampleEvents.event("a.a"), null))).isEqualTo(stored(1));

      assertThatThrownBy(() -> target.removeClosed(empty))
          .isInstanceOf(LogCopyException.class)
          .hasMessageContaining("holds another log already, up to sequence 1");

      assertThat(append(log, new Append(SampleEvents.event("a.b"), null))).isEqualTo(stored(2));
      assertThat(api("STREAM.INFO." + prefix, "").path("config").path("subjects"))
          .isEqualTo(empty.path("config").path("subjects"));
    }
  }

  @Test
  void aStreamThatACopyHasClosedAndNotRemovedIsNoHindrance() throws Exception {
    open().close();
    ObjectNode config = (ObjectNode) api("STREAM.INFO." + prefix, "").path("config").deepCopy();
    config.putArray("subjects").add(prefix + ".e.connection.removed");
    assertThat(api("STREAM.UPDATE." + prefix, Json.write(config)).has("error")).isFalse();
    CopyableLog source = new CopyableLog(2).add(3, "a.a");

    copyFrom(source);

    try (JetStreamEventLog log = open()) {
      assertThat(texts(Logs.readAll(log, 0))).isEqualTo(texts(source));
    }
  }

  @Test
  void aForeignStreamIsNeitherSourceNorTarget() throws Exception {
    api("STREAM.CREATE." + prefix, "{\"name\":\"" + prefix + "\",\"subjects\":[\"orders.>\"]}");
    try {
      assertThatThrownBy(this::copyOut)
          .isInstanceOf(LogCopyException.class)
          .hasMessageContaining("is no log");
      assertThatThrownBy(() -> copyFrom(new CopyableLog(2).add(0, "a.a")))
          .isInstanceOf(LogCopyException.class)
          .hasMessageContaining("is no log");
    } finally {
      api("STREAM.DELETE." + prefix, "");
    }
  }

  @Test
  void noStreamIsNoSource() {
    assertThatThrownBy(this::copyOut)
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("there is no log to copy");
  }

  @Test
  void somebodyElsesMessageInTheCopyIsNoticed() throws Exception {
    CopyableLog source = new CopyableLog(1).add(0, "a.a").add(0, "b.b").add(0, "c.c");
    try (JetStreamLogTarget target = target()) {
      target.begin(source.extent());
      target.write(source.read(0, 1));
      target.settle();
      nats.publish(prefix + ".e.b.b", EventCodec.body(SampleEvents.event("b.b", "other")));
      nats.flush(Duration.ofSeconds(10));
      assertThatThrownBy(
              () -> {
                target.write(source.read(1, 3));
                target.write(source.read(2, 3));
                target.settle();
                new LogCopy(source, new Written(target), NOBODY).run();
              })
          .isInstanceOf(LogCopyException.class)
          .hasMessageContaining("something else in sequence 2");
    }
  }

  /// A target to which nothing is left to write.
  private record Written(LogTarget target) implements LogTarget {
    @Override
    public long begin(dev.tocsin.hub.LogExtent source) {
      return source.newest();
    }

    @Override
    public void write(dev.tocsin.hub.CopiedPage page) {}

    @Override
    public void settle() {}

    @Override
    public dev.tocsin.hub.CopiedPage read(long after, long upTo)
        throws LogCopyException, InterruptedException {
      return target.read(after, upTo);
    }

    @Override
    public String finish() throws LogCopyException, InterruptedException {
      return target.finish();
    }

    @Override
    public void close() {}
  }

  @Test
  void moreHolesThanAStreamCanHaveAreRefused() {
    CopyableLog source =
        new CopyableLog(2).add(0, "a.a").add(JetStreamLogTarget.MAX_HOLES + 1, "b.b");
    assertThatThrownBy(() -> copyFrom(source))
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("so many holes");
  }

  @Test
  void aLogThatDoesNotFitIsNotFinished() throws Exception {
    CopyableLog source = new CopyableLog(100);
    for (int i = 0; i < 9_000; i++) {
      source.add(0, "a.a");
    }
    JetStreamSettings small = TestSettings.of(servers, prefix).keeping(1 << 20).build();
    try (JetStreamLogTarget target = JetStreamLogTarget.open(small, CLOCK)) {
      assertThatThrownBy(() -> new LogCopy(source, target, NOBODY).run())
          .isInstanceOf(LogCopyException.class)
          .hasMessageContaining("greater --retain-bytes");
    }
    assertThat(copyFrom(source).events()).isEqualTo(9_000);
  }
}
