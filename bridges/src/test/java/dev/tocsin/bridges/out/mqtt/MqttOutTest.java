package dev.tocsin.bridges.out.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.broker.Listener;
import dev.tocsin.bridges.broker.Mosquitto;
import dev.tocsin.bridges.broker.OnMosquitto;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttProperty;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Events on their way to a real Mosquitto, which comes and goes.
class MqttOutTest extends OnMosquitto {

  private static final int MANY = 3_000;

  private Bridges out(String rest) throws Exception {
    return bridges(
        "{\"bridges\":[{\"name\":\"out\",\"kind\":\"mqtt-out\",\"broker\":\"%s\",\"from\":\"oldest\"%s}]}"
            .formatted(broker.url(), rest),
        hub);
  }

  private static String alerts(String rest) {
    return ",\"events\":[\"alert.*\"]" + rest;
  }

  private void publish(String type, String payload) throws Exception {
    String event = "{\"type\":\"" + type + "\",\"payload\":" + payload + "}";
    hub.publish(event.getBytes(StandardCharsets.UTF_8), null)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private void publish(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      publish("alert.deleted", "{\"id\":\"" + i + "\"}");
    }
  }

  private void camera(String type, String id) throws Exception {
    publish(
        type,
        "{\"camera_id\":\"%s\",\"camera_name\":\"The %s\",\"timestamp\":\"2026-01-09T12:00:00Z\"}"
            .formatted(id, id));
  }

  private static BridgeStanding out(Bridges bridges, Predicate<BridgeStanding> condition)
      throws InterruptedException {
    return await(bridges, condition);
  }

  private static List<String> topics(Listener listener) {
    return listener.messages().stream().map(MqttIncoming.Message::topic).distinct().toList();
  }

  /// A bridge that takes in all that is below the topics of one that sends out, of the same hub.
  @Test
  void whateverItSaysNamesTheHubFromTheFirstWordOn() throws Exception {
    Listener listener = Listener.on(broker(), "#", "ear");
    Bridges bridges =
        bridges(
            "{\"bridges\":[{\"name\":\"in\",\"kind\":\"mqtt\",\"broker\":\"%1$s\",\"map\":[{\"topic\":\"tocsin/#\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"loop\"}}]},{\"name\":\"out\",\"kind\":\"mqtt-out\",\"broker\":\"%1$s\",\"events\":[\"camera.*\"],\"home_assistant\":true}]}"
                .formatted(broker.url()),
            hub);
    await("both bridges", () -> bridges.standings().stream().allMatch(OnMosquitto::isUp));
    camera("camera.online", "front");
    await("a camera", () -> topics(listener).contains("tocsin/camera.online/front"));
    await(
        "a connection",
        () -> topics(listener).contains("tocsin/home-assistant/out/camera/front/connection"));
    await("what came back", () -> bridges.standings().getFirst().received() >= 4);
    assertThat(hub.types()).containsExactly("camera.online");
    assertThat(bridges.standings().getFirst().refused())
        .extracting(BridgeStanding.Refusal::reason)
        .containsExactly("loop");
    bridges.close();
    await("the will", () -> "offline".equals(listener.newest().get("tocsin/status")));

    assertThat(topics(listener))
        .contains(
            "tocsin/status",
            "tocsin/home-assistant/out/alerts",
            "homeassistant/device/tocsin_out/config");
    assertThat(listener.messages())
        .allSatisfy(message ->
            assertThat(message.properties())
                .as(message.topic() + ' ' + Listener.text(message))
                .containsExactly(new MqttProperty("tocsin-via", hub.id())));
    listener.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void eventsGoOutUnderTheirTopicsInOrder(String version) throws Exception {
    Listener listener = Listener.on(broker(), "tocsin/+/+", "ear");
    publish(0, 500);
    Bridges bridges = out(alerts(",\"version\":\"" + version + "\""));
    await("500 messages", () -> listener.messages().size() >= 500);

    assertThat(listener.ids()).isEqualTo(numbers(0, 500));
    assertThat(listener.messages().getFirst().topic()).isEqualTo("tocsin/alert.deleted/0");
    assertThat(Listener.json(listener.messages().getFirst()).path("sequence").intValue())
        .isEqualTo(1);
    BridgeStanding standing = out(bridges, now -> now.out() != null && now.out().sent() == 500);
    assertThat(standing.kind()).isEqualTo("mqtt-out");
    assertThat(standing.out().behind()).isZero();
    listener.close();
  }

  @Test
  void payloadAloneGoesOutWhereThatIsWanted() throws Exception {
    Listener listener = Listener.on(broker(), "a/#", "ear");
    publish(7, 8);
    out(alerts(",\"format\":\"payload\",\"topic\":\"a/{domain}/{action}/{payload.id}/{id}\""));
    await("a message", () -> !listener.messages().isEmpty());

    MqttIncoming.Message message = listener.messages().getFirst();
    assertThat(message.topic()).isEqualTo("a/alert/deleted/7/epoch-1:1");
    assertThat(Listener.json(message).propertyNames()).containsExactly("tocsin_via", "id");
    listener.close();
  }

  @Test
  void newestOfEachKeyIsRetainedWhereThatIsWanted() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges =
        out(
            ",\"events\":[\"camera.*\",\"alert.*\"],\"retain\":[\"camera.*\"],\"topic\":\"t/{domain}/{key}\"");
    for (int i = 0; i < 50; i++) {
      camera("camera.online", "a");
      camera("camera.offline", "b");
    }
    camera("camera.offline", "a");
    publish(0, 1);
    out(bridges, now -> now.out() != null && now.out().sent() == 102);

    Listener late = Listener.on(mosquitto, "t/#", "late");
    await("what is retained", () -> late.messages().size() >= 2);
    assertThat(late.messages()).allMatch(MqttIncoming.Message::isRetained);
    Map<String, String> types =
        late.newest().entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    entry -> TestMessages.json(entry.getValue()).path("type").stringValue("")));
    assertThat(types)
        .isEqualTo(Map.of("t/camera/a", "camera.offline", "t/camera/b", "camera.offline"));
    late.close();
  }

  @Test
  void whetherTheBridgeIsThereIsRetained() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = out(alerts(",\"status\":\"site/tocsin\""));
    up(bridges);
    Listener listener = Listener.on(mosquitto, "site/#", "ear");
    await("online", () -> "online".equals(listener.newest().get("site/tocsin")));
    bridges.close();
    await("offline", () -> "offline".equals(listener.newest().get("site/tocsin")));
    Listener late = Listener.on(mosquitto, "site/#", "late");
    await("offline, retained", () -> "offline".equals(late.newest().get("site/tocsin")));
    listener.close();
    late.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void brokerThatIsKilledInTheMiddleLosesNothing(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Listener listener = Listener.on(mosquitto, "tocsin/alert.deleted/#", "ear");
    Bridges bridges = out(alerts(",\"version\":\"" + version + "\""));
    int sent = 0;
    for (int part = 0; part < 4; part++) {
      boolean isKilled = part == 3;
      publish(sent, sent + MANY / 4);
      int least = isKilled ? sent + MANY / 4 : sent + 20;
      await("more than " + least, () -> listener.ids().size() >= least);
      sent += MANY / 4;
      if (isKilled) {
        // A Mosquitto that is killed loses what it has taken and not yet handed on: it has nothing.
        mosquitto.kill();
      } else {
        mosquitto.terminate();
      }
      publish(sent, sent + 10);
      sent += 10;
      out(bridges, now -> !isUp(now));
      mosquitto.start();
      int all = sent;
      await("all of " + all, () -> listener.ids().size() >= all);
    }
    assertThat(listener.ids()).isEqualTo(numbers(0, sent));
    List<Long> sequences =
        listener.messages().stream()
            .map(message -> Listener.json(message).path("sequence").longValue())
            .distinct()
            .toList();
    assertThat(sequences).isSorted();
    listener.close();
  }

  @Test
  void bridgeThatIsClosedInTheMiddleGoesOnWhereItWas() throws Exception {
    Listener listener = Listener.on(broker(), "tocsin/alert.deleted/#", "ear");
    publish(0, MANY);
    Bridges first = out(alerts(""));
    await("some", () -> listener.messages().size() > 200);
    first.close();
    Bridges second = out(alerts(""));
    await("all", () -> listener.ids().size() == MANY);
    out(second, now -> now.out() != null && now.out().behind() == 0);

    assertThat(listener.ids()).isEqualTo(numbers(0, MANY));
    assertThat(listener.messages().size()).isLessThan(MANY + 2 * 100 + 1);
    listener.close();
  }

  @Test
  void whatTheBrokerDoesNotAllowIsSetAside() throws Exception {
    Files.writeString(
        folder.resolve("acl"),
        "topic readwrite tocsin/alert.deleted/#\ntopic readwrite tocsin/status\n");
    Mosquitto mosquitto = broker("allow_anonymous true", "acl_file " + folder.resolve("acl"));
    Listener listener = Listener.on(mosquitto, "tocsin/alert.deleted/#", "ear");
    publish(0, 3);
    camera("camera.online", "a");
    publish(3, 6);
    Bridges bridges = out(",\"events\":[\"*\"]");
    BridgeStanding standing =
        out(
            bridges,
            now -> now.out() != null && now.out().setAside() == 1 && now.out().sent() == 6);

    assertThat(standing.refused())
        .singleElement()
        .satisfies(one -> assertThat(one.reason()).isEqualTo("refused_there"))
        .satisfies(one -> assertThat(one.sentence()).contains("not authorized"));
    await("the others", () -> listener.ids().size() == 6);
    assertThat(listener.ids()).isEqualTo(numbers(0, 6));
    listener.close();
  }

  @Test
  void whatIsLargerThanTheBrokerTakesIsSetAside() throws Exception {
    Listener listener =
        Listener.on(broker("allow_anonymous true", "max_packet_size 2000"), "tocsin/+/+", "ear");
    publish(0, 1);
    publish("alert.deleted", "{\"id\":\"large\",\"reason\":\"" + "x".repeat(3_000) + "\"}");
    publish(1, 2);
    Bridges bridges = out(alerts(""));
    BridgeStanding standing =
        out(
            bridges,
            now -> now.out() != null && now.out().setAside() == 1 && now.out().sent() == 2);

    assertThat(standing.lastError().sentence()).contains("the packet is too large for the broker");
    await("the others", () -> listener.ids().equals(List.of("0", "1")));
    listener.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5 5", "5 3.1.1", "3.1.1 5", "3.1.1 3.1.1"})
  void whatHasComeOutOfThisHubIsNotTakenAgain(String versions) throws Exception {
    broker();
    String[] each = versions.split(" ", -1);
    String file =
        "{\"bridges\":[{\"name\":\"in\",\"kind\":\"mqtt\",\"version\":\"%s\",\"broker\":\"%s\",\"map\":[{\"topic\":\"tocsin/+/+\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"again {payload.payload.id}{payload.id}\"}}]},{\"name\":\"out\",\"kind\":\"mqtt-out\",\"version\":\"%s\",\"broker\":\"%s\",\"from\":\"oldest\",\"events\":[\"alert.*\"]}]}"
            .formatted(each[1], broker.url(), each[0], broker.url());
    Bridges bridges = bridges(file, hub);
    up(bridges);
    publish(0, 3);
    BridgeStanding in =
        await(bridges, now -> !now.refused().isEmpty() && now.refused().getFirst().count() == 3);

    assertThat(in.refused())
        .singleElement()
        .satisfies(one -> assertThat(one.reason()).isEqualTo("loop"))
        .satisfies(one -> assertThat(one.count()).isEqualTo(3));
    assertThat(hub.size()).isEqualTo(3);
  }

  @Test
  void homeAssistantIsToldWhatThereIsAndHowItIs() throws Exception {
    Mosquitto mosquitto = broker();
    String home = ",\"events\":[\"*\"],\"home_assistant\":true,\"topic\":\"raw/{type}/{key}\"";
    Bridges bridges = out(home);
    camera("camera.online", "yard");
    camera("camera.offline", "front door");
    publish(
        "detection.new",
        "{\"detection_id\":\"d\",\"label\":\"person\",\"confidence\":0.9,\"camera_id\":\"yard\",\"timestamp\":\"2026-01-09T12:00:00Z\"}");
    publish(
        "alert.created",
        "{\"id\":\"a1\",\"event_id\":1,\"severity\":\"high\",\"status\":\"pending\",\"dedup_key\":\"k\",\"created_at\":\"2026-01-09T12:00:00Z\",\"updated_at\":\"2026-01-09T12:00:00Z\",\"camera_id\":\"yard\"}");
    out(bridges, now -> now.out() != null && now.out().sent() == 4);
    Listener listener = Listener.on(mosquitto, "#", "ear");
    String base = "tocsin/home-assistant/out/";
    await(
        "states",
        () ->
            listener.newest().containsKey(base + "camera/yard/alerts")
                && listener.newest().containsKey("homeassistant/device/tocsin_out/config"));

    assertThat(topics(listener))
        .contains(
            "homeassistant/device/tocsin_out/config",
            "homeassistant/device/tocsin_out_camera_yard/config",
            "homeassistant/device/tocsin_out_camera_" + HomeView.safeId("front door") + "/config",
            "tocsin/status");
    assertThat(state(listener, base + "camera/yard/connection")).isEqualTo("ON");
    assertThat(state(listener, base + "camera/" + HomeView.safeId("front door") + "/connection"))
        .isEqualTo("OFF");
    assertThat(state(listener, base + "alerts")).isEqualTo("ON");
    assertThat(
            TestMessages.json(listener.newest().get(base + "camera/yard/detection"))
                .path("label")
                .stringValue(""))
        .isEqualTo("person");

    publish(
        "alert.resolved",
        "{\"id\":\"a1\",\"event_id\":1,\"resolved_at\":\"2026-01-09T12:00:00Z\"}");
    await("no alert", () -> state(listener, base + "alerts").equals("OFF"));
    await(
        "no alert of the camera", () -> state(listener, base + "camera/yard/alerts").equals("OFF"));
    await(
        "the event", () -> listener.newest().getOrDefault(base + "alert", "").contains("resolved"));

    // It starts again: all is told anew, once for however many births.
    int before = configs(listener);
    mosquitto.publish("homeassistant/status", "online");
    await("all anew", () -> configs(listener) >= before + 3);
    // After a restart of the bridge it knows as much.
    bridges.close();
    int then = configs(listener);
    out(home);
    await("all anew", () -> configs(listener) >= then + 3);
    listener.close();
  }

  private static int configs(Listener listener) {
    return (int)
        listener.messages().stream().filter(one -> one.topic().endsWith("/config")).count();
  }

  private static String state(Listener listener, String topic) {
    String text = listener.newest().get(topic);
    JsonNode json = TestMessages.json(text == null ? "{}" : text);
    return json.path("state").stringValue("");
  }
}
