package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class JsonTest {

  static String[] whatTheServerTakes() {
    return new String[] {
      "1".repeat(1_001),
      "0." + "1".repeat(60_000),
      "1e9999999999",
      "-1e-9999999999",
      "1e400",
      "{\"" + "n".repeat(50_001) + "\":1}",
      "\"" + "t".repeat(60_000) + "\"",
      "[".repeat(64) + "]".repeat(64),
      "1.500",
      "true",
    };
  }

  @ParameterizedTest
  @MethodSource("whatTheServerTakes")
  void takesWhateverTheServerTakes(String json) {
    assertThat(StrictJson.fault(json.getBytes(java.nio.charset.StandardCharsets.UTF_8))).isNull();
    assertThat(Json.read(json)).isInstanceOf(Json.Value.class);
  }

  @Test
  void anAnswerHoldsEventsOfTheGreatestDepth() {
    String event = "[".repeat(64) + "]".repeat(64);
    String answer = "{\"events\":[" + event + "]}";

    assertThat(Json.readAnswer(answer)).isInstanceOf(Json.Value.class);
    assertThat(Json.read(answer)).isInstanceOf(Rejection.class);
    assertThat(Json.readAnswer("{\"events\":[[" + event + "]]}")).isInstanceOf(Rejection.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\ud800\"", "\"\udc00\ud800\"", "{\"\udead\":1}", "\ud800"})
  void aTextWithHalfASurrogatePairIsRefusedAndNotQuietlyReplaced(String json) {
    assertThat(Json.read(json)).isInstanceOf(Rejection.class);
  }

  @Test
  void refusesInTheWordsOfTheServer() {
    assertThat(Json.read("{\"a\":1,\"a\":2}"))
        .isEqualTo(
            StrictJson.fault(
                "{\"a\":1,\"a\":2}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void numbersKeepAllTheirDigits() {
    assertThat(Json.write(tree("[1.500,12345678901234567890,0.10]")))
        .isEqualTo("[1.500,12345678901234567890,0.10]");
  }

  private static JsonNode tree(String json) {
    return ((Json.Value) Json.read(json)).tree();
  }
}
