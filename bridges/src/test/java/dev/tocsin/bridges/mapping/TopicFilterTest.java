package dev.tocsin.bridges.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which topics a filter means: MQTT 5, 4.7.
class TopicFilterTest {

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1, true",
    "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
    "sport/tennis/player1/#, sport/tennis/player2, false",
    "sport/#, sport, true",
    "#, a/b, true",
    "#, $SYS/a, false",
    "+/a, $SYS/a, false",
    "$SYS/#, $SYS/a, true",
    "sport/+, sport, false",
    "sport/+, sport/, true",
    "sport/+, sport/a, true",
    "sport/+, sport/a/b, false",
    "+, /finance, false",
    "+/+, /finance, true",
    "/+, /finance, true",
    "a/b, a/b, true",
    "a/b, A/b, false"
  })
  void topicsAreMeantAsTheStandardSays(String filter, String topic, boolean meant) {
    assertThat(TopicFilter.of(filter).matches(TopicFilter.split(topic))).isEqualTo(meant);
  }
}
