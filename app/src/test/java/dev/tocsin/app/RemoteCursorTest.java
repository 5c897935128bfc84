package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.hub.BridgeHub;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Where;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A hub over the network as bridges know it: real servers, which come and go.
@Timeout(120)
class RemoteCursorTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Wanted ALERTS = new Wanted(List.of("alert.*"), null);

  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private TestProcess server = new TestProcess();
  private @Nullable RemoteHub hub;

  @TempDir private Path folder;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    if (hub != null) {
      hub.close();
    }
    server.interrupt();
  }

  private RemoteHub hub() throws Exception {
    if (hub == null) {
      hub = new RemoteHub(options(), said::add);
      hub.connect().get(30, TimeUnit.SECONDS);
    }
    return hub;
  }

  private ClientOptions options() throws InterruptedException {
    return ClientOptions.of(URI.create(server.url()))
        .withDelays(Duration.ofMillis(10), Duration.ofMillis(100));
  }

  private void serve(String... options) throws InterruptedException {
    server.start(options);
    server.url();
  }

  private HubCursor follow(Wanted wanted, @Nullable HubPosition after) throws Exception {
    HubCursor cursor = hub().follow(wanted, after);
    open.add(cursor);
    return cursor;
  }

  private void publish(String id) throws Exception {
    String event = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + id + "\"}}";
    assertThat(
            hub()
                .publish(event.getBytes(StandardCharsets.UTF_8), null)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS))
        .isInstanceOf(BridgeHub.Outcome.Published.class);
  }

  /// What comes next that is more than a word that the hub is away, or that nothing has come.
  private static HubCursor.Step next(HubCursor cursor) throws InterruptedException {
    while (true) {
      HubCursor.Step step = cursor.next(LONG);
      boolean says =
          switch (step) {
            case HubCursor.Step.Events events -> !events.events().isEmpty();
            case HubCursor.Step.Unavailable away -> false;
            case HubCursor.Step.Lost lost -> true;
            case HubCursor.Step.Restarted restarted -> true;
          };
      if (says) {
        return step;
      }
    }
  }

  private static List<Long> sequences(HubCursor cursor, int count) throws InterruptedException {
    List<Long> got = new ArrayList<>();
    while (got.size() < count) {
      HubCursor.Step step = next(cursor);
      assertThat(step).isInstanceOf(HubCursor.Step.Events.class);
      ((HubCursor.Step.Events) step).events().forEach(event -> got.add(event.sequence()));
    }
    return got;
  }

  /// Where a new cursor begins.
  private static HubPosition begin(HubCursor cursor) throws InterruptedException {
    while (true) {
      if (cursor.next(LONG) instanceof HubCursor.Step.Events events) {
        return events.upTo();
      }
    }
  }

  @Test
  void hubThatIsThereTellsItsNewestEvent() throws Exception {
    serve("serve", "--memory", "--port", "0");
    try (RemoteHub before = new RemoteHub(options(), said::add)) {
      assertThat(before.newest()).isNull();
    }
    publish("a");

    assertThat(hub().newest()).isEqualTo(new HubPosition(hub().id(), 1));
  }

  @Test
  void eventsComeWithTheirEnvelopesAndConditionsCount() throws Exception {
    serve("serve", "--memory", "--port", "0");
    HubCursor all = follow(ALERTS, null);
    HubCursor some = follow(new Wanted(List.of("alert.*"), Where.of("{\"id\":\"b\"}")), null);
    begin(all);
    begin(some);
    publish("a");
    publish("b");

    FollowedEvent first = ((HubCursor.Step.Events) next(all)).events().getFirst();
    assertThat(first.sequence()).isEqualTo(1);
    assertThat(first.type()).isEqualTo("alert.deleted");
    assertThat(new String(first.envelope(), StandardCharsets.UTF_8))
        .contains("\"id\":\"a\"", "\"sequence\":1");
    assertThat(sequences(some, 1)).containsExactly(2L);
    assertThat(some.newest()).isEqualTo(2);
    assertThat(hub().id()).isNotEmpty();
  }

  @Test
  void cursorThatBeginsNowKnowsWhereTheLogEnds() throws Exception {
    serve("serve", "--memory", "--port", "0");
    publish("x");
    publish("y");
    HubCursor cursor = follow(ALERTS, null);

    assertThat(begin(cursor).sequence()).isEqualTo(2);
    assertThat(cursor.newest()).isEqualTo(2);
  }

  @Test
  void itGoesOnAfterItsPosition() throws Exception {
    serve("serve", "--memory", "--port", "0");
    for (int i = 0; i < 5; i++) {
      publish("x");
    }

    assertThat(sequences(follow(ALERTS, new HubPosition(hub().id(), 2)), 3))
        .containsExactly(3L, 4L, 5L);
  }

  @Test
  void positionOfAnotherLogIsTold() throws Exception {
    serve("serve", "--memory", "--port", "0");
    publish("x");
    HubCursor cursor = follow(ALERTS, new HubPosition("another", 700));

    assertThat(next(cursor))
        .isEqualTo(new HubCursor.Step.Restarted(new HubPosition(hub().id(), 1)));
    publish("y");
    HubCursor.Step.Events next = (HubCursor.Step.Events) next(cursor);
    assertThat(next.events()).extracting(FollowedEvent::sequence).containsExactly(2L);
    assertThat(next.upTo()).isEqualTo(new HubPosition(hub().id(), 2));
  }

  @Test
  void serverThatIsStartedAgainIsGoneOnWith() throws Exception {
    int port = freePort();
    String[] command = {
      "serve", "--data", folder.resolve("data").toString(), "--port", String.valueOf(port)
    };
    serve(command);
    HubCursor cursor = follow(ALERTS, null);
    begin(cursor);
    publish("before");
    assertThat(sequences(cursor, 1)).containsExactly(1L);
    server.interrupt();
    HubCursor.Step step = cursor.next(LONG);
    while (!(step instanceof HubCursor.Step.Unavailable)) {
      step = cursor.next(LONG);
    }
    server = new TestProcess();
    serve(command);
    while (hub().away() != null) {
      cursor.next(Duration.ofMillis(10));
    }
    publish("after");

    assertThat(sequences(cursor, 1)).containsExactly(2L);
    assertThat(said.stream().filter(line -> line.startsWith("no connection"))).hasSize(1);
    assertThat(said.stream().filter(line -> line.startsWith("connected"))).hasSize(1);
  }

  @Test
  void eventsAreThoseThatABridgeInTheServerGets() throws Exception {
    serve("serve", "--memory", "--port", "0");
    HubCursor cursor = follow(ALERTS, null);
    begin(cursor);
    publish("a");

    FollowedEvent event = ((HubCursor.Step.Events) next(cursor)).events().getFirst();

    assertThat(new String(event.envelope(), StandardCharsets.UTF_8))
        .matches(
            "\\{\"type\":\"alert.deleted\",\"payload\":\\{\"id\":\"a\"\\},\"timestamp\":\"[^\"]+\","
                + "\"channel\":\"alerts\",\"sequence\":1\\}");
  }

  @Test
  void eventThatWasThereBeforeIsKnown() throws Exception {
    serve("serve", "--memory", "--port", "0");
    assertThat(published("a", "k1")).isEqualTo(new BridgeHub.Outcome.Published(1, false));
    assertThat(published("b", "k2")).isEqualTo(new BridgeHub.Outcome.Published(2, false));
    assertThat(published("a", "k1")).isEqualTo(new BridgeHub.Outcome.Published(1, true));
    RemoteHub first = hub();
    hub = null;
    open.add(first);

    assertThat(published("b", "k2")).isEqualTo(new BridgeHub.Outcome.Published(2, true));
    assertThat(published("c", "k3")).isEqualTo(new BridgeHub.Outcome.Published(3, false));
  }

  private BridgeHub.Outcome published(String id, String key) throws Exception {
    String event = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"" + id + "\"}}";
    return hub()
        .publish(event.getBytes(StandardCharsets.UTF_8), key)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void serverWithAnotherLogIsTold() throws Exception {
    int port = freePort();
    String[] command = {"serve", "--memory", "--port", String.valueOf(port)};
    serve(command);
    HubCursor cursor = follow(ALERTS, null);
    begin(cursor);
    publish("before");
    assertThat(sequences(cursor, 1)).containsExactly(1L);
    server.interrupt();
    server = new TestProcess();
    serve(command);

    assertThat(next(cursor)).isInstanceOf(HubCursor.Step.Restarted.class);
  }

  @Test
  void bridgeThatDoesNotAskForLongLosesNothingAndHoldsAPage() throws Exception {
    serve("serve", "--memory", "--port", "0");
    RemoteCursor cursor =
        new RemoteCursor(
            hub(),
            options().withPatterns(List.of("alert.*")),
            ALERTS,
            new HubPosition(hub().id(), 0),
            200);
    open.add(cursor);
    int count = 1_000;
    begin(cursor);
    List<CompletableFuture<BridgeHub.Outcome>> published = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      published.add(
          hub()
              .publish(
                  "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"x\"}}"
                      .getBytes(StandardCharsets.UTF_8),
                  null)
              .toCompletableFuture());
      if (published.size() % 100 == 0) {
        published.getLast().get(30, TimeUnit.SECONDS);
      }
    }
    while (cursor.isConnected()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    List<Long> got = new ArrayList<>();
    while (got.size() < count) {
      HubCursor.Step.Events page = (HubCursor.Step.Events) next(cursor);
      assertThat(page.events()).hasSizeLessThanOrEqualTo(RemoteCursor.MAX_EVENTS);
      page.events().forEach(event -> got.add(event.sequence()));
    }

    assertThat(got).isSorted().doesNotHaveDuplicates().endsWith((long) count);
  }

  @Test
  void closingWakesAThreadThatWaits() throws Exception {
    serve("serve", "--memory", "--port", "0");
    HubCursor cursor = follow(ALERTS, null);
    begin(cursor);
    CompletableFuture<HubCursor.Step> got = new CompletableFuture<>();
    AtomicBoolean closing = new AtomicBoolean();
    Thread waiting =
        Thread.ofVirtual()
            .start(() -> {
              try {
                HubCursor.Step step;
                do {
                  step = cursor.next(Duration.ofHours(1));
                } while (!closing.get());
                got.complete(step);
              } catch (InterruptedException e) {
                got.completeExceptionally(e);
              }
            });
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    closing.set(true);
    cursor.close();

    assertThat(got.get(30, TimeUnit.SECONDS)).isInstanceOf(HubCursor.Step.Events.class);
  }

  @Test
  void whatTheHubRefusesIsItsOwnWord() throws Exception {
    serve("serve", "--memory", "--port", "0");

    BridgeHub.Outcome outcome =
        hub()
            .publish(
                "{\"type\":\"alert.deleted\",\"payload\":{}}".getBytes(StandardCharsets.UTF_8),
                "key")
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);

    assertThat(((BridgeHub.Outcome.Refused) outcome).rejection().code())
        .isEqualTo(ErrorCode.INVALID_PAYLOAD);
    assertThat(((BridgeHub.Outcome.Refused) outcome).rejection().errors()).isNotEmpty();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
