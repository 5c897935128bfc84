package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.hub.BridgeHub;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Where;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.sqlite.SqliteEventLog;
import dev.tocsin.sqlite.SqliteSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The hub of the same process as bridges follow it.
@Timeout(60)
class OwnHubTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Wanted ALERTS = new Wanted(List.of("alert.*"), null);

  private static void publish(OwnHub hub, String id) throws Exception {
    byte[] event =
        ("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + id + "\"}}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(hub.publish(event, null).toCompletableFuture().get(30, TimeUnit.SECONDS))
        .isInstanceOf(BridgeHub.Outcome.Published.class);
  }

  private static HubCursor.Step.Events events(HubCursor cursor) throws InterruptedException {
    return (HubCursor.Step.Events) cursor.next(LONG);
  }

  @Test
  void eventsComeAsEnvelopesWithTheirPlaces() throws Exception {
    try (EventLog log = new InMemoryEventLog("one", 1 << 20);
        Hub hub = new Hub(EventCatalog.builtIn(), log, InstantSource.system(), 1 << 20)) {
      OwnHub own = new OwnHub(hub, null);
      try (HubCursor all = own.follow(ALERTS, null);
          HubCursor some =
              own.follow(new Wanted(List.of("alert.*"), Where.of("{\"id\":\"b\"}")), null)) {
        publish(own, "a");
        publish(own, "b");

        HubCursor.Step.Events step = events(all);
        FollowedEvent first = step.events().getFirst();
        assertThat(first.sequence()).isEqualTo(1);
        assertThat(first.type()).isEqualTo("alert.deleted");
        assertThat(new String(first.envelope(), StandardCharsets.UTF_8))
            .startsWith("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}")
            .endsWith(",\"sequence\":1}");
        assertThat(step.upTo()).isEqualTo(new HubPosition("one", 2));
        assertThat(events(some).events()).extracting(FollowedEvent::sequence).containsExactly(2L);
        assertThat(all.newest()).isEqualTo(2);
        assertThat(own.newest()).isEqualTo(new HubPosition("one", 2));
      }
      try (HubCursor other = own.follow(ALERTS, new HubPosition("other", 9))) {
        assertThat(other.next(LONG))
            .isEqualTo(new HubCursor.Step.Restarted(new HubPosition("one", 2)));
      }
    }
  }

  @Test
  void eventThatWasThereBeforeIsKnown() throws Exception {
    try (EventLog log = new InMemoryEventLog("one", 1 << 20);
        Hub hub = new Hub(EventCatalog.builtIn(), log, InstantSource.system(), 1 << 20)) {
      OwnHub own = new OwnHub(hub, null);
      byte[] event =
          "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}"
              .getBytes(StandardCharsets.UTF_8);

      assertThat(own.publish(event, "k").toCompletableFuture().get(30, TimeUnit.SECONDS))
          .isEqualTo(new BridgeHub.Outcome.Published(1, false));
      assertThat(own.publish(event, null).toCompletableFuture().get(30, TimeUnit.SECONDS))
          .isEqualTo(new BridgeHub.Outcome.Published(2, false));
      assertThat(own.publish(event, "k").toCompletableFuture().get(30, TimeUnit.SECONDS))
          .isEqualTo(new BridgeHub.Outcome.Published(1, true));
    }
  }

  @Test
  void positionIsGoodAfterARestartOfTheServer(@TempDir Path folder) throws Exception {
    SqliteSettings disk = SqliteSettings.of(folder);
    HubPosition position;
    try (EventLog log = SqliteEventLog.open(disk, InstantSource.system());
        Hub hub = new Hub(EventCatalog.builtIn(), log, InstantSource.system(), 1 << 20)) {
      OwnHub own = new OwnHub(hub, null);
      publish(own, "a");
      try (HubCursor cursor = own.follow(ALERTS, new HubPosition(own.id(), 0))) {
        position = events(cursor).upTo();
      }
      publish(own, "b");
    }
    try (EventLog log = SqliteEventLog.open(disk, InstantSource.system());
        Hub hub = new Hub(EventCatalog.builtIn(), log, InstantSource.system(), 1 << 20);
        HubCursor cursor = new OwnHub(hub, null).follow(ALERTS, position)) {
      publish(new OwnHub(hub, null), "c");

      assertThat(events(cursor).events()).extracting(FollowedEvent::sequence).startsWith(2L);
    }
  }
}
