package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.Doc;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.IpLiteral;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PublishResult;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A server in this process.
class TocsinServerTest {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

  @TempDir private Path folder;

  /// A payload of an application's own.
  record DoorOpenedPayload(
      @Doc(value = "Which door", example = "front") String door,
      @Doc(value = "How often it was opened today", example = "3") int times) {}

  private static ServerBuilder builder() {
    return TocsinServer.builder().port(0).transport(Transport.NIO).loops(1);
  }

  private static AlertDeletedPayload alert(String id) {
    return new AlertDeletedPayload(id, null);
  }

  private static long published(PublishResult result) {
    assertThat(result).isInstanceOf(PublishResult.Published.class);
    return ((PublishResult.Published) result).sequence();
  }

  private String next() throws InterruptedException {
    return came.poll(30, TimeUnit.SECONDS);
  }

  @Test
  void whatIsPublishedHereIsHeardHereAndByClients() throws Exception {
    try (TocsinServer server = builder().start();
        TocsinClient client = new TocsinClient(ClientOptions.of(server.uri()))) {
      server.follow(AlertDeletedPayload.class, (alert, event) -> came.add("here " + alert.id()));
      client.on(AlertDeletedPayload.class, (alert, event) -> came.add("client " + alert.id()));
      client.connect().join();

      assertThat(published(server.publish(alert("a-1")).join())).isEqualTo(1);
      assertThat(List.of(next(), next())).containsExactlyInAnyOrder("here a-1", "client a-1");

      client.publish(alert("a-2")).join();
      assertThat(List.of(next(), next())).containsExactlyInAnyOrder("here a-2", "client a-2");
    }
  }

  @Test
  void allFaultsOfAPayloadAreTold() {
    try (TocsinServer server = builder().start()) {
      PublishResult result =
          server
              .publish(
                  WebSocketEvent.fromJson(
                      "{\"type\":\"job.progress\",\"payload\":{\"job_id\":\"j\",\"progress\":120}}"))
              .join();

      assertThat(result).isInstanceOf(PublishResult.Refused.class);
      assertThat(((PublishResult.Refused) result).rejection().errors()).hasSizeGreaterThan(1);
      assertThat(server.publish(alert("x".repeat(70_000))).join())
          .isInstanceOfSatisfying(
              PublishResult.Refused.class,
              refused ->
                  assertThat(refused.rejection().code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
    }
  }

  @Test
  void anEventThatIsLongerThanAHubTakesIsRefusedWhoeverMadeIt() {
    try (TocsinServer server = builder().start()) {
      PublishResult result =
          server
              .publish(
                  WebSocketEvent.fromJson(
                      "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\""
                          + "x".repeat(70_000)
                          + "\"}}"))
              .join();

      assertThat(result)
          .isInstanceOfSatisfying(
              PublishResult.Refused.class,
              refused ->
                  assertThat(refused.rejection().code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
      assertThat(server.hub().log().state().newest()).isZero();
    }
  }

  @Test
  void aTypeOfTheApplicationsOwnIsAnEventAsAnyOther() throws Exception {
    EventCatalog catalog =
        EventCatalog.builtIn()
            .with(
                EventType.of(
                    "door.opened",
                    "doors",
                    "A door was opened",
                    PayloadSchema.of(DoorOpenedPayload.class)));
    try (TocsinServer server = builder().catalog(catalog).start()) {
      server.follow(
          DoorOpenedPayload.class,
          (door, event) -> came.add(event.channel() + " " + door.door() + door.times()));

      published(server.publish(new DoorOpenedPayload("front", 3)).join());

      assertThat(next()).isEqualTo("doors front3");
    }
    try (TocsinServer server = builder().start()) {
      assertThatThrownBy(() -> server.publish(new DoorOpenedPayload("front", 3)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> server.follow(DoorOpenedPayload.class, (door, event) -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aLogOnDiskIsThereAgainAfterAStop() throws Exception {
    try (TocsinServer server = builder().onDisk(folder).start()) {
      published(server.publish(alert("a-1")).join());
      published(server.publish(alert("a-2")).join());
    }
    try (TocsinServer server = builder().onDisk(folder).start()) {
      server.follow(List.of("alert.*"), 1, event -> came.add(event.sequence() + event.type()));
      published(server.publish(alert("a-3")).join());

      assertThat(next()).isEqualTo("2alert.deleted");
      assertThat(next()).isEqualTo("3alert.deleted");
    }
  }

  @Test
  void eventsWithoutATimestampGetThatOfTheServersClock() throws Exception {
    try (TocsinServer server = builder().clock(() -> NOON).start()) {
      server.follow(List.of(), event -> came.add(String.valueOf(event.timestamp())));
      published(server.publish(alert("a-1")).join());

      assertThat(Instant.parse(next())).isEqualTo(NOON);
    }
  }

  @Test
  void whatWasAcknowledgedIsHandedOnBeforeItStops() {
    TocsinServer server = builder().start();
    server.follow(
        List.of(),
        event -> {
          pause();
          came.add(event.type());
        });
    for (int i = 0; i < 20; i++) {
      server.publish(alert("a-" + i)).join();
    }

    server.stop(Duration.ofSeconds(60));

    assertThat(came).hasSize(20);
    assertThat(server.isAlive()).isFalse();
    server.close();
    assertThat(server.publish(alert("late")).join()).isInstanceOf(PublishResult.Refused.class);
    assertThatThrownBy(() -> server.follow(List.of(), event -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFollowerThatDoesNotReturnIsWaitedForNoLongerThanSaid() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    TocsinServer server = builder().onDisk(folder).start();
    server.follow(List.of(), event -> awaitQuietly(never));
    published(server.publish(alert("a-1")).join());

    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(() -> server.stop(Duration.ofMillis(200)));

    stopped.get(30, TimeUnit.SECONDS);
    assertThat(server.isAlive()).isFalse();
    never.countDown();
    // And all is as free as after any other stop.
    try (TocsinServer next = builder().onDisk(folder).start()) {
      assertThat(next.isAlive()).isTrue();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void followersOfAPayloadGetNothingElse() throws Exception {
    RecordedLogs.take();
    try (TocsinServer server = builder().start()) {
      server.follow(AlertDeletedPayload.class, (alert, event) -> came.add(alert.id()));
      published(
          server
              .publish(
                  server
                      .catalog()
                      .createEvent(
                          "camera.offline",
                          "{\"camera_id\":\"c\",\"camera_name\":\"C\",\"timestamp\":\"2026-01-01T00:00:00Z\"}"))
              .join());
      published(server.publish(alert("a-1")).join());

      assertThat(next()).isEqualTo("a-1");
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @Test
  void aServerWhoseLogHasEndedIsNotAlive() throws Exception {
    AtomicBoolean alive = new AtomicBoolean(true);
    EventLog log =
        new ForwardingLog(new InMemoryEventLog("one", 1 << 20)) {
          @Override
          public boolean isAlive() {
            return alive.get();
          }
        };
    try (TocsinServer server =
        TocsinServer.start(
            ServerParts.of(
                EventCatalog.builtIn(),
                log,
                new GatewaySettings("127.0.0.1", 0, Set.of(), Set.of(), Transport.NIO),
                InstantSource.system()))) {
      assertThat(server.isAlive()).isTrue();
      alive.set(false);
      assertThat(server.isAlive()).isFalse();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50); // longer, all in all, than all else that a stop waits for
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void clientsAreToldToComeBackWhenItStops() throws Exception {
    TocsinServer server = builder().start();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void onDisconnected(int code, String reason, Duration retryIn) {
            came.add(code + (retryIn == null ? "" : " and comes back"));
          }
        };
    try (TocsinClient client = new TocsinClient(ClientOptions.of(server.uri()), listener)) {
      client.connect().join();

      server.close();

      assertThat(next()).isEqualTo("1001 and comes back");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,     http://127.0.0.1:80",
    "::1,           http://[::1]:80",
    "::,            http://[::]:80",
    "0.0.0.0,       http://0.0.0.0:80",
    "2001:db8::1,   http://[2001:db8::1]:80",
    "fe80::1%7,     http://[fe80::1]:80"
  })
  void theAddressOfAServerIsAUrl(String host, String url) {
    assertThat(IpLiteral.url("http", new InetSocketAddress(host, 80))).isEqualTo(url);
  }
}
