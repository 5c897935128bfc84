package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.client.ServerMessage.Place;
import dev.tocsin.client.ServerMessage.Unreadable;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadError;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMessagesTest {

  @Test
  void numbersOfAPayloadKeepTheirDigits() {
    String json =
        """
        {"type":"a.b","payload":{"n":1.10,"big":123456789012345678901234567890},\
        "timestamp":"2026-01-09T12:00:00Z","correlation_id":"c","sequence":3,"channel":"x",\
        "previous":1}\
        """;

    ServerMessage.Event event = (ServerMessage.Event) ServerMessages.decode(json);

    assertThat(event.event().toJson()).isEqualTo(json);
    assertThat(event.sequence()).isEqualTo(3);
    assertThat(event.previous()).isEqualTo(1);
  }

  @Test
  void aRefusalNamesEveryFault() {
    String json =
        """
        {"type":"error","payload":{"error":"invalid_payload","message":"m","details":{"errors":[\
        {"path":"/a","code":"required","message":"a is required"}]}},"id":"7"}\
        """;

    assertThat(ServerMessages.decode(json))
        .isEqualTo(
            new ServerMessage.Refused(
                "7",
                new Refusal(
                    "invalid_payload",
                    "m",
                    List.of(new PayloadError("/a", "required", "a is required")))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}",
        "{\"type\":7}",
        "{\"action\":\"published\"}",
        "{\"action\":\"gap\",\"from\":\"1\",\"to\":2}",
        "{\"action\":\"reconnect\",\"after_ms\":-1}",
        "{\"type\":\"connection.established\",\"payload\":{\"connection_id\":\"c\"}}",
        "{\"type\":\"a.b\",\"payload\":{},\"sequence\":1}",
        "{\"type\":\"a.b\",\"payload\":{},\"sequence\":1.5,\"previous\":0}"
      })
  void whatBreaksTheProtocolIsUnreadable(String text) {
    assertThat(ServerMessages.decode(text)).isInstanceOf(Unreadable.class);
  }

  @ParameterizedTest
  @MethodSource
  void whatTheServerTakesIsRead(String payload) {
    // given: the server's own judgement
    String envelope =
        "{\"type\":\"custom.read\",\"payload\":"
            + payload
            + ",\"timestamp\":\"2026-01-09T12:00:00Z\"";
    assertThat(Json.read(envelope + "}")).isInstanceOf(Json.Value.class);

    // when
    ServerMessage message = ServerMessages.decode(envelope + ",\"sequence\":7,\"previous\":3}");

    // then
    assertThat(message)
        .isInstanceOfSatisfying(
            ServerMessage.Event.class,
            event -> {
              assertThat(event.sequence()).isEqualTo(7);
              assertThat(event.event().toJson()).contains("\"payload\":");
            });
  }

  static List<String> whatTheServerTakesIsRead() {
    return List.of(
        "{\"n\":" + "9".repeat(1_001) + "}",
        "{\"n\":0." + "1".repeat(1_001) + "}",
        "{\"n\":" + "9".repeat(60_000) + "}",
        "{\"" + "n".repeat(50_001) + "\":1}",
        "{\"n\":1e9999999999}",
        "{\"n\":-1e-9999999999}",
        "{\"n\":1e400}",
        "{\"n\":\"" + "t".repeat(60_000) + "\"}",
        "[".repeat(62) + "]".repeat(62));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":7,\"payload\":{},\"sequence\":9,\"previous\":4}",
        "{\"type\":\"a.b\",\"payload\":{\"x\":01},\"sequence\":9,\"previous\":4}",
        "{\"type\":\"a.b\",\"payload\":{\"x\":1,\"x\":2},\"sequence\":9,\"previous\":4}\n"
      })
  void anUnreadableEventHasItsPlace(String text) {
    assertThat(ServerMessages.decode(text))
        .isInstanceOfSatisfying(
            Unreadable.class,
            unreadable -> assertThat(unreadable.place()).isEqualTo(new Place(9, 4)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"a.b\",\"payload\":{\"x\":01,\"sequence\":9,\"previous\":4}}",
        "{\"type\":\"a.b\",\"payload\":\"\\x,\\\"sequence\\\":9,\\\"previous\\\":4}\"}",
        "{\"type\":\"a.b\",\"payload\":{},\"sequence\":9}",
        "{\"action\":\"subscribed\",\"events\":[01],\"sequence\":9}"
      })
  void aPlaceIsNotTakenFromInsideAPayload(String text) {
    assertThat(ServerMessages.decode(text))
        .isInstanceOfSatisfying(
            Unreadable.class, unreadable -> assertThat(unreadable.place()).isNull());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"pong\",\"timestamp\":\"2026-01-09T12:00:00Z\"}",
        "{\"action\":\"later\",\"x\":1}",
        "{\"type\":\"later\"}"
      })
  void whatALaterServerSaysIsPassedOver(String text) {
    assertThat(ServerMessages.decode(text)).isEqualTo(new ServerMessage.Ignorable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":12}",
        "{\"action\":\"published\",\"id\":\"999999999999999999\",\"sequence\":999999999999999999}",
        "{\"action\":\"published\",\"id\":\"0\",\"sequence\":0}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":9223372036854775807}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":9223372036854775808}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":12,\"more\":1}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":12} ",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":12}}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":12]",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":012}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":-1}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":1.5}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":}",
        "{\"action\":\"published\",\"id\":\"7\",\"sequence\":",
        "{\"action\":\"published\",\"id\":\"7\"",
        "{\"action\":\"published\",\"id\":\"",
        "{\"action\":\"published\",\"id\":\"\",\"sequence\":12}",
        "{\"action\":\"published\",\"id\":\"a\\u0062\",\"sequence\":12}",
        "{\"action\":\"published\",\"id\":7,\"sequence\":12}",
        "{\"action\":\"published\",\"sequence\":12,\"id\":\"7\"}",
        "{\"action\":\"resumed\",\"id\":\"7\",\"sequence\":12}",
        ""
      })
  void theShortWayReadsWhatTheLongWayReads(String text) {
    assertThat(ServerMessages.decode(text)).isEqualTo(ServerMessages.decodeAny(text));
  }

  @Property(tries = 300)
  void anyTextIsDecodedToSomething(@ForAll String text) {
    assertThat(ServerMessages.decode(text)).isNotNull();
  }
}
