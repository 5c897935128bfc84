package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.broker.Mosquitto;
import dev.tocsin.bridges.broker.OnMosquitto;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.LongNumbers;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.mqtt.MqttProperty;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Bridges to a real Mosquitto: what comes of messages, and who may connect.
class MqttBridgeTest extends OnMosquitto {

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"version\":5", ",\"version\":\"3.1.1\""})
  void messagesBecomeEvents(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge(version, MAPPING);
    up(bridges);

    mosquitto.publish("garage/left/door", n(1));
    mosquitto.publish("garage/left/window", n(2));
    mosquitto.publish("garage/right/door", n(3));
    await(2);

    assertThat(hub.payloads().stream().map(JsonNode::toString))
        .containsExactly(
            "{\"id\":\"1\",\"reason\":\"left\"}", "{\"id\":\"3\",\"reason\":\"right\"}");
    assertThat(mosquitto.log())
        .contains(version.contains("3.1.1") ? "(p2, c0, k60)" : "(p5, c0, k60)");
  }

  @Test
  void payloadsThatAreNoJsonAreTextsAndOthersAreRefused() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges =
        bridge(
            "",
            "{\"topic\":\"t\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"-{payload}-\"}}");
    up(bridges);

    mosquitto.publish("t", "open {");
    mosquitto.publish("t", new byte[0], false);
    mosquitto.publish("t", new byte[] {(byte) 0xFF, (byte) 0xD8}, false);
    mosquitto.publish("t", "[" + "9".repeat(LongNumbers.MAX_LENGTH + 1) + "]");
    mosquitto.publish("t", "x".repeat(100_000));
    mosquitto.publish("t", "last");
    BridgeStanding standing = await(bridges, now -> now.received() == 6);
    await(3);

    assertThat(ids()).containsExactly("-open {-", "--", "-last-");
    assertThat(standing.refused())
        .extracting(BridgeStanding.Refusal::reason)
        .containsExactly("malformed", "message_too_large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "3.1.1"})
  void hugeMessageIsPassedOverAndTold(String version) throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge(",\"version\":\"" + version + "\"", MAPPING);
    up(bridges);

    mosquitto.publish("garage/a/door", new byte[10_000_000], false);
    mosquitto.publish("garage/a/door", n(1));
    await(1);

    assertThat(await(bridges, now -> now.received() == 2).refused())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo("message_too_large");
          assertThat(refusal.sentence())
              .isEqualTo("it has 10000000 bytes; 1048576 are read at the most");
          assertThat(refusal.example()).isEqualTo("garage/a/door");
        });
    // It is acknowledged: it does not come again.
    assertThat(mosquitto.log()).doesNotContain("disconnected due to protocol error");
  }

  @Test
  void whatTheHubRefusesIsToldAndTheNextGoesOn() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge("", MAPPING);
    up(bridges);

    mosquitto.publish("garage/a/door", "{}");
    mosquitto.publish("garage/a/door", n(1));
    await(1);

    assertThat(bridges.standings().getFirst().refused())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo("invalid_payload");
          assertThat(refusal.example()).isEqualTo("{}");
        });
  }

  @Test
  void messageThatHasComeOutOfThisHubIsRefused() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge("", MAPPING);
    up(bridges);

    byte[] one = n(1).getBytes(StandardCharsets.UTF_8);
    mosquitto.publish(
        "garage/a/door", one, false, new MqttProperty("tocsin-via", "other, " + hub.id()));
    mosquitto.publish("garage/a/door", one, false, new MqttProperty("tocsin-via", "other"));
    BridgeStanding standing = await(bridges, now -> now.received() == 2);
    await(1);

    assertThat(standing.refused())
        .extracting(BridgeStanding.Refusal::reason)
        .containsExactly("loop");
  }

  @Test
  void bridgesThatPushEachOtherOutAreTold() throws Exception {
    broker();
    String id = ",\"client_id\":\"mine\"";
    Bridges one = bridge("one", id, MAPPING, hub);
    up(one);
    Bridges other = bridge("other", id, MAPPING, hub);

    BridgeStanding told = await(one, now -> now.lastError() != null);
    // Some brokers say why, others just close.
    assertThat(told.lastError().sentence())
        .containsAnyOf(
            "another client with the same client id", "another client may have the client id")
        .contains("\"mine\"");
    await(other, now -> now.lastError() != null);
  }

  @Test
  void messageThatSeveralMappingsWantComesOnce() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges = bridge("", MAPPING + "," + MAPPING.replace("garage/+/door", "garage/a/+"));
    up(bridges);

    mosquitto.publish("garage/a/door", n(1));
    mosquitto.publish("garage/b/door", n(2));
    await(3);

    assertThat(ids()).containsExactly("1", "1", "2");
    assertThat(bridges.standings().getFirst().received()).isEqualTo(2);
  }

  @Test
  void passwordIsShownAndAWrongOneTold() throws Exception {
    Path passwords = folder.resolve("passwords");
    Process made =
        new ProcessBuilder("mosquitto_passwd", "-b", "-c", passwords.toString(), "me", "s3cret")
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    Mosquitto mosquitto = broker("allow_anonymous false", "password_file " + passwords);

    Bridges wrong =
        bridge("a", ",\"username\":\"me\",\"password\":{\"env\":\"WRONG\"}", MAPPING, hub);
    assertThat(await(wrong, now -> now.link() != null).link().sentence())
        .isEqualTo("not authorized");
    Bridges old =
        bridge(
            "b",
            ",\"version\":\"3.1.1\",\"username\":\"me\",\"password\":{\"env\":\"WRONG\"}",
            MAPPING,
            hub);
    assertThat(await(old, now -> now.link() != null).link().sentence()).isEqualTo("not authorized");
    up(bridge("c", ",\"username\":\"me\",\"password\":{\"env\":\"PASSWORD\"}", MAPPING, hub));
    assertThat(mosquitto.log()).contains("u'me'");
  }

  @Test
  void tlsIsCheckedOnBothSides() throws Exception {
    TestCertificate authority = TestCertificate.authority("authority");
    authority.write(folder.resolve("ca.pem"), folder.resolve("ca.key"));
    authority.issue("broker").write(folder.resolve("broker.pem"), folder.resolve("broker.key"));
    authority.issue("bridge").write(folder.resolve("own.pem"), folder.resolve("own.key"));
    TestCertificate.authority("other").write(folder.resolve("other.pem"), folder.resolve("x"));
    broker(
        "allow_anonymous true",
        "cafile " + folder.resolve("ca.pem"),
        "certfile " + folder.resolve("broker.pem"),
        "keyfile " + folder.resolve("broker.key"),
        "require_certificate true");
    String secure = broker.url().replace("mqtt://127.0.0.1", "mqtts://localhost");
    String form =
        "{\"bridges\":[{\"name\":\"%s\",\"kind\":\"mqtt\",\"broker\":\"%s\",\"ca\":\"%s\"%s,\"map\":[%s]}]}";
    String own =
        ",\"certificate\":\"%s\",\"key\":\"%s\""
            .formatted(folder.resolve("own.pem"), folder.resolve("own.key"));

    up(bridges(form.formatted("a", secure, folder.resolve("ca.pem"), own, MAPPING), hub));
    Bridges trusting =
        bridges(form.formatted("b", secure, folder.resolve("other.pem"), own, MAPPING), hub);
    assertThat(await(trusting, now -> now.link() != null).link().sentence())
        .startsWith("its certificate is not accepted: unable to find");
    Bridges nameless =
        bridges(form.formatted("c", secure, folder.resolve("ca.pem"), "", MAPPING), hub);
    assertThat(await(nameless, now -> now.link() != null).link().sentence())
        .startsWith("the broker has ended TLS without an answer (")
        .endsWith("); it may want a certificate of its clients, or another one");
    String foreign =
        ",\"certificate\":\"%s\",\"key\":\"%s\""
            .formatted(folder.resolve("other.pem"), folder.resolve("x"));
    Bridges stranger =
        bridges(form.formatted("d", secure, folder.resolve("ca.pem"), foreign, MAPPING), hub);
    assertThat(await(stranger, now -> now.link() != null).link().sentence()).contains("TLS");
  }

  @Test
  void frigateIsHeardAndWhatItSaysTwiceIsOneEvent() throws Exception {
    Mosquitto mosquitto = broker();
    Bridges bridges =
        bridges(
            "{\"bridges\":[{\"name\":\"nvr\",\"kind\":\"frigate\",\"broker\":\"%s\"}]}"
                .formatted(mosquitto.url()),
            hub);
    up(bridges);

    mosquitto.send("frigate/yard/status/detect", "online");
    for (int i = 0; i < 2; i++) {
      mosquitto.send("frigate/events", sample("events-new.json"));
      mosquitto.send("frigate/reviews", sample("reviews-new.json"));
    }
    mosquitto.send("frigate/yard/person", "1");
    mosquitto.send("frigate/yard/status/detect", "offline");
    await(5);

    assertThat(hub.types())
        .containsExactly(
            "camera.online", "detection.new", "event.created", "alert.created", "camera.offline");
    assertThat(bridges.standings().getFirst().received()).isEqualTo(6);
  }

  private static String sample(String name) throws IOException {
    try (InputStream in =
        MqttBridgeTest.class.getResourceAsStream("/dev/tocsin/bridges/in/frigate/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
