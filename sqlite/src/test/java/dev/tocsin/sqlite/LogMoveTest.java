package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedKey;
import dev.tocsin.hub.CopyableLog;
import dev.tocsin.hub.IdempotencyKey;
import dev.tocsin.hub.LogCopy;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogExtent;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A log on disk as what is copied, and as what becomes a copy.
class LogMoveTest {

  private static final InstantSource NOW =
      InstantSource.fixed(Instant.parse("2026-03-04T05:06:07Z"));

  @TempDir Path folder;

  private Path directory;

  @BeforeEach
  void choose() {
    directory = folder.resolve("log");
  }

  private SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), NOW);
  }

  private LogCopy.Result copyFrom(CopyableLog source) throws Exception {
    try (SqliteLogTarget target = SqliteLogTarget.open(directory, NOW)) {
      return new LogCopy(source, target, (phase, first, position, newest) -> {}).run();
    }
  }

  private CopyableLog copyOut() throws Exception {
    CopyableLog target = new CopyableLog(100);
    try (SqliteLogSource source = SqliteLogSource.open(directory)) {
      new LogCopy(source, target, (phase, first, position, newest) -> {}).run();
    }
    return target;
  }

  private static CopiedKey key(String text, String type, long leftMillis) {
    IdempotencyKey key = SampleEvents.keyed(text, type).idempotencyKey();
    assertThat(key).isNotNull();
    return new CopiedKey(IdempotencyKey.digest(text), key.bodyDigest(), leftMillis);
  }

  private static List<LoggedEvent> logged(CopyableLog log) {
    return log.events().stream()
        .map(event -> new LoggedEvent(event.sequence(), event.event()))
        .toList();
  }

  private static List<String> texts(List<LoggedEvent> events) {
    return events.stream().map(event -> event.sequence() + " " + event.event()).toList();
  }

  @Test
  void aCopyHasTheEventsOfItsSourceAndTheirHoles() throws Exception {
    CopyableLog source = new CopyableLog(3).trim(5);
    source.add(9, "a.a").add(0, "b.b").add(4, "a.a").add(0, "c.c").holesAtTheEnd(3);

    LogCopy.Result result = copyFrom(source);

    try (SqliteEventLog log = open()) {
      assertThat(log.state().epoch()).isEqualTo(result.epoch());
      assertThat(log.state().oldest()).isEqualTo(10);
      assertThat(log.state().newest()).isEqualTo(20);
      Page page = Logs.await(log.read(0, TypeFilter.ALL, Logs.ALL, Logs.ALL));
      assertThat(texts(page.events())).isEqualTo(texts(logged(source)));
      assertThat(page.lost())
          .containsExactly(new Stretch(1, 9), new Stretch(12, 15), new Stretch(18, 20));
      assertThat(log.lastByType()).containsEntry("a.a", 16L).containsEntry("c.c", 17L);
      assertThat(Logs.await(log.append(SampleEvents.appends("d.d"))))
          .containsExactly(new AppendResult.Stored(21, SampleEvents.TIMESTAMP));
    }
  }

  @Test
  void theTimesAtWhichEventsWereAcceptedStay() throws Exception {
    copyFrom(new CopyableLog(3).add(0, "a.a").add(0, "b.b").add(0, "c.c"));

    try (SqliteEventLog log = open()) {
      Instant second = Instant.ofEpochMilli(CopyableLog.time(2));
      assertThat(Logs.await(log.positionAt(second))).isEqualTo(1);
    }
  }

  @Test
  void aRepetitionIsAnsweredLikeThePublishInTheSource() throws Exception {
    CopyableLog source =
        new CopyableLog(3)
            .add(0, "a.a", key("first", "a.a", 60_000))
            .add(0, "b.b", key("second", "b.b", 60_000));
    copyFrom(source);

    try (SqliteEventLog log = open()) {
      List<Append> appends =
          List.of(
              SampleEvents.keyed("first", "a.a"),
              SampleEvents.keyed("second", "other"),
              SampleEvents.keyed("third", "a.a"),
              SampleEvents.keyed("third", "a.a"));
      assertThat(Logs.await(log.append(appends)))
          .containsExactly(
              new AppendResult.Stored(1, SampleEvents.TIMESTAMP),
              new AppendResult.Conflict(),
              new AppendResult.Stored(3, SampleEvents.TIMESTAMP),
              new AppendResult.Stored(3, SampleEvents.TIMESTAMP));
    }
  }

  @Test
  void keysAndTimesAreTakenAlong() throws Exception {
    try (SqliteEventLog log = open()) {
      Logs.await(
          log.append(
              List.of(
                  SampleEvents.keyed("first", "a.a"),
                  new Append(SampleEvents.event("b.b"), null))));
    }

    List<CopiedEvent> copied = copyOut().events();

    assertThat(copied).hasSize(2);
    assertThat(copied.getFirst().acceptedMillis()).isEqualTo(NOW.millis());
    CopiedKey key = copied.getFirst().key();
    assertThat(key).isNotNull();
    CopiedKey wanted = key("first", "a.a", 0);
    assertThat(key.digest()).isEqualTo(wanted.digest());
    assertThat(key.bodyDigest()).isEqualTo(wanted.bodyDigest());
    assertThat(key.leftMillis()).isBetween(1L, 600_000L);
    assertThat(copied.getLast().key()).isNull();
  }

  @Test
  void aCopiedKeyIsTakenFurther() throws Exception {
    CopyableLog source = new CopyableLog(3).add(0, "a.a", key("first", "a.a", 60_000));
    copyFrom(source);

    CopiedKey key = copyOut().events().getFirst().key();

    assertThat(key).isNotNull();
    assertThat(key.digest()).isEqualTo(IdempotencyKey.digest("first"));
    assertThat(key.leftMillis()).isEqualTo(60_000);
  }

  @Test
  void anUnfinishedCopyIsServedByNobodyAndGoesOn() throws Exception {
    CopyableLog source = new CopyableLog(2);
    for (int i = 0; i < 7; i++) {
      source.add(0, "a.a");
    }
    try (SqliteLogTarget target = SqliteLogTarget.open(directory, NOW)) {
      target.begin(source.extent());
      target.write(source.read(0, 3));
    }

    assertThatThrownBy(this::open)
        .isInstanceOf(LogOpenException.class)
        .hasMessageContaining("unfinished copy");
    assertThatThrownBy(() -> SqliteEventLog.beginEpoch(directory))
        .isInstanceOf(LogOpenException.class)
        .hasMessageContaining("unfinished copy");
    assertThatThrownBy(() -> SqliteLogSource.open(directory))
        .isInstanceOf(LogOpenException.class)
        .hasMessageContaining("unfinished copy");
    assertThatThrownBy(() -> copyFrom(new CopyableLog(2).add(6, "a.a").named("other")))
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("unfinished copy of another log");

    copyFrom(source);
    try (SqliteEventLog log = open()) {
      assertThat(texts(Logs.readAll(log, 0))).isEqualTo(texts(logged(source)));
    }
  }

  @Test
  void aLogThatIsThereIsRefused() throws Exception {
    try (SqliteEventLog log = open()) {
      Logs.await(log.append(SampleEvents.appends("a.a")));
    }
    assertThatThrownBy(() -> copyFrom(new CopyableLog(2).add(0, "a.a")))
        .isInstanceOf(LogCopyException.class)
        .hasMessageContaining("holds another log already, up to sequence 1");
  }

  @Test
  void aLogThatHoldsNothingIsNoHindrance() throws Exception {
    String before;
    try (SqliteEventLog log = open()) {
      before = log.state().epoch();
    }
    CopyableLog source = new CopyableLog(2).trim(3).add(4, "a.a");

    assertThat(copyFrom(source).epoch()).isNotEqualTo(before);
    try (SqliteEventLog log = open()) {
      assertThat(texts(Logs.readAll(log, 0))).isEqualTo(texts(logged(source)));
    }
  }

  @Test
  void aLogThatIsServedIsRefused() throws Exception {
    try (SqliteEventLog log = open()) {
      assertThat(log.state().newest()).isZero();
      assertThatThrownBy(() -> SqliteLogSource.open(directory))
          .isInstanceOf(LogOpenException.class)
          .hasMessageContaining("stop it first");
      assertThatThrownBy(() -> SqliteLogTarget.open(directory, NOW))
          .isInstanceOf(LogOpenException.class)
          .hasMessageContaining("stop it first");
    }
  }

  @Test
  void whatIsNotThereIsNoSource() {
    assertThatThrownBy(() -> SqliteLogSource.open(folder.resolve("nowhere")))
        .isInstanceOf(LogOpenException.class)
        .hasMessageContaining("there is no log in");
  }

  @Test
  void aLogWhoseEventsAreAllThrownAwayKeepsItsHead() throws Exception {
    copyFrom(new CopyableLog(2).holesAtTheEnd(12));

    try (SqliteLogSource source = SqliteLogSource.open(directory)) {
      LogExtent extent = source.extent();
      assertThat(extent.oldest()).isEqualTo(13);
      assertThat(extent.newest()).isEqualTo(12);
    }
    try (SqliteEventLog log = open()) {
      assertThat(Logs.await(log.append(SampleEvents.appends("d.d"))))
          .containsExactly(new AppendResult.Stored(13, SampleEvents.TIMESTAMP));
    }
  }
}
