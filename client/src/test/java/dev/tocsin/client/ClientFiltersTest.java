package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import dev.tocsin.events.Json;
import dev.tocsin.events.Where;
import dev.tocsin.events.payload.camera.CameraDisabledPayload;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What a client asks for that wants parts of the events of its patterns.
@Timeout(60)
class ClientFiltersTest {

  private static final Where FRONT = Where.of("{\"camera_id\":\"front\"}");
  private static final Where YARD = Where.of("{\"camera_id\":\"yard\"}");

  /// What a server says of a field that is none.
  private static final String REFUSAL =
      "\"%s\":\"no such field\",\"details\":{\"field\":\"camra\",\"suggestion\":\"camera_id\"}}";

  private final Recorder recorder = new Recorder();
  private TinyWebSocketServer server;
  private TocsinClient client;

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
    client = new TocsinClient(options(), recorder);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private ClientOptions options() {
    return server.options(Duration.ofSeconds(6));
  }

  private Peer connected() throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 0);
    connecting.get();
    recorder.next();
    return peer;
  }

  private static String subscribe(int id, String events, String where) {
    return "{\"action\":\"subscribe\",\"id\":\"%d\",\"events\":[%s]%s}"
        .formatted(id, events, where.isEmpty() ? "" : ",\"where\":" + where);
  }

  @Test
  void whatMayHaveBeenMeantIsToldWhereAFilterKeepsTheClientOut() throws Exception {
    CompletableFuture<Position> connecting = client.connect();

    server.refuse(
        "400 Bad Request", "{\"error\":\"invalid_filter\"," + REFUSAL.formatted("detail"));

    assertThatThrownBy(connecting::get)
        .cause()
        .hasMessageEndingWith("no such field; did you mean \"camera_id\"?");
  }

  @Test
  void whatMayHaveBeenMeantIsToldWhereASubscriptionIsRefused() throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 4);
    connecting.get();
    CompletableFuture<SubscriptionOutcome> subscribing = client.subscribe(List.of("a.*"), FRONT);
    String id = ((Json.Value) Json.read(peer.receive())).tree().path("id").asString();

    peer.send(
        "{\"type\":\"error\",\"payload\":{\"error\":\"invalid_filter\","
            + REFUSAL.formatted("message")
            + ",\"id\":\""
            + id
            + "\",\"timestamp\":\"2026-01-09T12:00:00Z\"}");

    assertThat(subscribing.get())
        .isInstanceOfSatisfying(
            SubscriptionOutcome.Refused.class,
            refused ->
                assertThat(refused.refusal().message())
                    .isEqualTo("no such field; did you mean \"camera_id\"?"));
  }

  @Test
  void theFilterOfTheOptionsStandsInTheQuery() throws Exception {
    client = new TocsinClient(options().withPatterns(List.of("camera.*"), FRONT), recorder);

    assertThat(connected().target())
        .isEqualTo("/ws/events?events=camera.*&where=%7B%22camera_id%22%3A%22front%22%7D");
  }

  @Test
  void aFilterWithoutPatternsIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> options().withPatterns(List.of(), FRONT));
  }

  @Test
  void aSubscriptionSaysItsFilter() throws Exception {
    Peer peer = connected();

    client.subscribe(List.of("camera.*"), FRONT);

    assertThat(peer.receive()).isEqualTo(subscribe(1, "\"camera.*\"", "{\"camera_id\":\"front\"}"));
  }

  @Test
  void patternsWithSeveralFiltersAreToldOneMessageEach() throws Exception {
    client.subscribe(List.of("camera.*"), FRONT).get();
    client.subscribe(List.of("alert.*")).get();
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 0);
    connecting.get();

    assertThat(peer.target()).isEqualTo("/ws/events?events=-");
    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"unsubscribe\",\"id\":\"1\",\"events\":[\"-\"]}");
    assertThat(peer.receive()).isEqualTo(subscribe(2, "\"camera.*\"", "{\"camera_id\":\"front\"}"));
    assertThat(peer.receive()).isEqualTo(subscribe(3, "\"alert.*\"", ""));
  }

  @Test
  void everythingIsLeftForMoreThanIsWantedAndNeverForLess() throws Exception {
    Peer peer = connected();
    client.on(CameraEnabledPayload.class, FRONT, (payload, event) -> {});

    client.subscribe(List.of("alert.*"));

    assertThat(peer.receive()).isEqualTo(subscribe(1, "\"alert.*\",\"camera.enabled\"", ""));
    assertThat(peer.receive())
        .isEqualTo(subscribe(2, "\"camera.enabled\"", "{\"camera_id\":\"front\"}"));
  }

  @Test
  void handlersThatDoNotAgreeWidenThePattern() throws Exception {
    client = new TocsinClient(options().withPatterns(List.of("alert.*")), recorder);
    Peer peer = connected();

    client.on(CameraEnabledPayload.class, FRONT, (payload, event) -> {});
    client.on(CameraEnabledPayload.class, FRONT, (payload, event) -> {});
    client.on(CameraEnabledPayload.class, YARD, (payload, event) -> {});

    assertThat(peer.receive())
        .isEqualTo(subscribe(1, "\"camera.enabled\"", "{\"camera_id\":\"front\"}"));
    assertThat(peer.receive()).isEqualTo(subscribe(2, "\"camera.enabled\"", ""));
  }

  @Test
  void eachHandlerGetsWhatItAskedFor() throws Exception {
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    client.on(
        CameraEnabledPayload.class, FRONT, (p, event) -> handled.add("front " + p.cameraId()));
    client.on(CameraEnabledPayload.class, YARD, (p, event) -> handled.add("yard " + p.cameraId()));
    client.on(CameraEnabledPayload.class, (p, event) -> handled.add("all " + p.cameraId()));
    Peer peer = connected();

    peer.event(1, 0, "front");
    peer.event(2, 1, "yard");
    peer.event(3, 2, "elsewhere");

    List<String> got = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      got.add(String.valueOf(handled.poll(10, TimeUnit.SECONDS)));
    }
    assertThat(got)
        .containsExactly("front front", "all front", "yard yard", "all yard", "all elsewhere");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"camra_id\":\"a\"}", "{\"camera_id\":5}"})
  void aFilterThatNoSuchPayloadFulfilsIsRefused(String where) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> client.on(CameraEnabledPayload.class, Where.of(where), (payload, event) -> {}));
  }

  @Test
  void aRefusedFilterLeavesTheOneBefore() throws Exception {
    client = new TocsinClient(options().withPatterns(List.of("camera.*"), FRONT), recorder);
    Peer peer = connected();

    CompletableFuture<SubscriptionOutcome> outcome = client.subscribe(List.of("camera.*"), YARD);
    peer.receive();
    peer.refused("1", "invalid_filter", "no such field");

    assertThat(outcome.get()).isInstanceOf(SubscriptionOutcome.Refused.class);
    peer.vanish();
    assertThat(server.accept().target())
        .startsWith("/ws/events?events=camera.*&where=%7B%22camera_id%22%3A%22front%22%7D&since=");
  }

  @Test
  void whatTheServerDoesNotNarrowIsReceivedInFull() throws Exception {
    Peer peer = connected();
    client.on(CameraEnabledPayload.class, FRONT, (payload, event) -> {});
    client.subscribe(List.of("alert.*"));
    peer.receive();
    peer.receive();

    peer.send(subscribed("1"));
    peer.refused("2", "invalid_filter", "no such field");

    assertThat(recorder.next())
        .isEqualTo(
            "error invalid_filter: All events of camera.enabled are received, not narrowed: no such"
                + " field");
    peer.vanish();
    assertThat(server.accept().target())
        .startsWith("/ws/events?events=camera.enabled,alert.*&since=");
  }

  private static String subscribed(String id) {
    return "{\"action\":\"subscribed\",\"id\":\"" + id + "\",\"events\":[],\"sequence\":0}";
  }

  /// What a server holds of one connection, by what it is told.
  private static final class Model {
    private final Map<String, String> held = new TreeMap<>();
    private final Peer peer;

    Model(Peer peer) throws IOException {
      this.peer = peer;
      String target = peer.target();
      Map<String, String> query = new HashMap<>();
      for (String parameter : target.substring(target.indexOf('?') + 1).split("&", -1)) {
        String[] parts = parameter.split("=", 2);
        query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
      for (String pattern : query.get("events").split(",", -1)) {
        held.put(pattern, query.getOrDefault("where", ""));
      }
    }

    /// Takes and answers what comes, until a subscribe to `last` came.
    void until(String last) throws IOException {
      while (true) {
        JsonNode message = ((Json.Value) Json.read(peer.receive())).tree();
        List<String> events = new ArrayList<>();
        message.path("events").forEach(event -> events.add(event.asString()));
        String id = message.path("id").asString("");
        switch (message.path("action").asString("")) {
          case "subscribe" -> {
            String where = message.has("where") ? message.get("where").toString() : "";
            events.forEach(event -> held.put(event, where));
            peer.send(subscribed(id));
          }
          case "unsubscribe" -> {
            events.forEach(held::remove);
            peer.send(
                "{\"action\":\"unsubscribed\",\"id\":\"" + id + "\",\"events\":[],\"sequence\":0}");
          }
          case "resume" -> peer.resumed(0, 0);
          default -> {}
        }
        if (held.remove(last) != null) {
          return;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whateverComesAndGoesTheServerHoldsWhatAllAskFor(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, Set<Optional<Where>>> handlers = new HashMap<>();
    Map<String, Optional<Where>> subscriptions = new HashMap<>();
    subscriptions.put("alert.*", Optional.empty());
    client = new TocsinClient(options().withPatterns(List.of("alert.*")), recorder);
    Model model = new Model(connected());
    List<String> patterns = List.of("camera.*", "camera.enabled", "camera.disabled", "alert.*");
    for (int step = 0; step < 120; step++) {
      Where where = random.nextInt(3) == 0 ? null : random.nextBoolean() ? FRONT : YARD;
      String pattern = patterns.get(random.nextInt(patterns.size()));
      switch (random.nextInt(8)) {
        case 0, 1 -> {
          boolean enabled = random.nextBoolean();
          handle(enabled, where);
          handlers
              .computeIfAbsent(
                  enabled ? "camera.enabled" : "camera.disabled", key -> new HashSet<>())
              .add(Optional.ofNullable(where));
        }
        case 2, 3, 4 -> {
          if (where == null) {
            client.subscribe(List.of(pattern));
          } else {
            client.subscribe(List.of(pattern), where);
          }
          subscriptions.put(pattern, Optional.ofNullable(where));
        }
        case 5 -> {
          client.unsubscribe(List.of(pattern));
          subscriptions.remove(pattern);
          handlers.remove(pattern);
        }
        case 6 -> {
          model.peer.vanish();
          Peer peer = server.accept();
          peer.established("e1", 0);
          model = new Model(peer);
          if (peer.target().contains("since=")) {
            peer.resumed(0, 0);
          }
        }
        default -> {}
      }
      client.subscribe(List.of("probe." + step));
      model.until("probe." + step);
      client.unsubscribe(List.of("probe." + step));
      client.subscribe(List.of("end." + step));
      model.until("end." + step);
      client.unsubscribe(List.of("end." + step));

      model.held.keySet().removeIf(held -> held.matches("(probe|end)\\..*|-"));
      assertThat(model.held).as("step " + step).isEqualTo(expected(subscriptions, handlers));
    }
  }

  private void handle(boolean enabled, Where where) {
    if (enabled && where == null) {
      client.on(CameraEnabledPayload.class, (payload, event) -> {});
    } else if (enabled) {
      client.on(CameraEnabledPayload.class, where, (payload, event) -> {});
    } else if (where == null) {
      client.on(CameraDisabledPayload.class, (payload, event) -> {});
    } else {
      client.on(CameraDisabledPayload.class, where, (payload, event) -> {});
    }
  }

  private static Map<String, String> expected(
      Map<String, Optional<Where>> subscriptions, Map<String, Set<Optional<Where>>> handlers) {
    Map<String, Set<Optional<Where>>> all = new HashMap<>();
    handlers.forEach((type, filters) -> all.put(type, new HashSet<>(filters)));
    subscriptions.forEach(
        (pattern, filter) -> all.computeIfAbsent(pattern, key -> new HashSet<>()).add(filter));
    return all.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    entry.getValue().size() > 1
                        ? ""
                        : entry.getValue().iterator().next().map(Where::json).orElse("")));
  }
}
