package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.client.ServerMessage.Malformed;
import dev.tocsin.events.PayloadError;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
  void whatBreaksTheProtocolIsMalformed(String text) {
    assertThat(ServerMessages.decode(text)).isInstanceOf(Malformed.class);
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

  @Property(tries = 300)
  void anyTextIsDecodedToSomething(@ForAll String text) {
    assertThat(ServerMessages.decode(text)).isNotNull();
  }
}
