package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViaTest {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void eventCarriesOnThroughWhichHubsItHasCome() {
    Via via = Via.of("hub-a, hub-b");
    byte[] event = via.onto(bytes("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"1\"}}"));

    assertThat(Via.ofEvent(event)).isEqualTo(via);
    assertThat(via.header("hub-c")).isEqualTo("hub-a, hub-b, hub-c");
    assertThat(via.header("hub-a")).isEqualTo("hub-a, hub-b");
    assertThat(via.isLoop("hub-b")).isTrue();
    assertThat(via.isLoop("hub-c")).isFalse();
  }

  @Test
  void mostEventsCarryNothing() {
    byte[] event = bytes("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"tocsin_via\"}}");

    assertThat(Via.ofEvent(event)).isEqualTo(Via.NONE);
    assertThat(Via.NONE.onto(event)).isSameAs(event);
    assertThat(Via.NONE.header("hub-a")).isEqualTo("hub-a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"payload\":{\"tocsin_via\":7}}",
        "{\"payload\":{\"tocsin_via\":\"a b\\r\\nX-Evil: 1\"}}",
        "{\"payload\":{\"x\":\"\\\"tocsin_via\\\"\"}}",
        "{\"tocsin_via\":\"a\"}",
        "{\"payload\":\"tocsin_via\"",
      })
  void whatIsNoIdIsPassedOver(String event) {
    assertThat(Via.ofEvent(bytes(event))).isEqualTo(Via.NONE);
  }

  @Test
  void messageThatHasComeThroughTooManyHubsIsInALoop() {
    StringBuilder header = new StringBuilder("h0");
    for (int i = 1; i < Via.MAX_HUBS; i++) {
      header.append(", h").append(i);
    }
    assertThat(Via.of(header.toString()).isLoop("x")).isFalse();
    assertThat(Via.of(header + ", h99").isLoop("x")).isTrue();
  }

  @Test
  void messageSaysInItsJsonThroughWhichHubsItHasCome() {
    byte[] envelope = bytes("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"1\"}}");
    byte[] marked = Via.into(envelope, Via.FIELD, "hub-a, hub-b");

    assertThat(new String(marked, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"tocsin_via\":\"hub-a,"
                + " hub-b\",\"type\":\"alert.deleted\",\"payload\":{\"id\":\"1\"}}");
    assertThat(Via.ofMessage(marked)).isEqualTo(Via.of("hub-a, hub-b"));
    assertThat(Via.ofMessage(envelope)).isEqualTo(Via.NONE);
    assertThat(Via.into(bytes("{ }"), Via.FIELD, "a")).isEqualTo(bytes("{\"tocsin_via\":\"a\" }"));
    assertThat(Via.into(bytes("7"), Via.FIELD, "a")).isEqualTo(bytes("7"));
  }

  @Test
  void markerThatIsThereIsReplacedAndOneOfAnEventIsSeen() {
    byte[] payload = bytes("{\"id\":\"1\",\"tocsin_via\":\"hub-a\"}");

    assertThat(new String(Via.into(payload, Via.FIELD, "hub-a, hub-b"), StandardCharsets.UTF_8))
        .isEqualTo("{\"id\":\"1\",\"tocsin_via\":\"hub-a, hub-b\"}");
    assertThat(Via.ofMessage(bytes("{\"payload\":{\"tocsin_via\":\"hub-a\"}}")))
        .isEqualTo(Via.of("hub-a"));
    assertThat(Via.ofMessage(bytes("{\"tocsinvia\":\"hub-a\",\"data\":{}}")))
        .isEqualTo(Via.of("hub-a"));
    assertThat(Via.ofMessage(bytes("rubbish \"tocsin_via\""))).isEqualTo(Via.NONE);
  }
}
