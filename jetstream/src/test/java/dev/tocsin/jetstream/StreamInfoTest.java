package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamInfoTest {

  private static final String HEARD = "{\"current\":true,\"active\":%d}";
  private static final String BEHIND = "{\"current\":false,\"active\":%d}";

  private static StreamInfo info(String cluster) {
    return StreamInfo.of(((Json.Value) Json.read("{\"cluster\":{" + cluster + "}}")).tree());
  }

  private static StreamInfo withOthers(String... servers) {
    return info("\"leader\":\"n1\",\"replicas\":[" + String.join(",", servers) + "]");
  }

  @ParameterizedTest
  @CsvSource({"5, 7, 5", "7, 5, 5", "9000, 20, 20"})
  void ofThreeOneHasToBeHeard(long first, long second, long silence) {
    assertThat(withOthers(HEARD.formatted(first), BEHIND.formatted(second)).unheardNanos())
        .isEqualTo(silence);
  }

  @Test
  void ofFiveTwoHaveToBeHeard() {
    StreamInfo info =
        withOthers(
            HEARD.formatted(1), HEARD.formatted(40), HEARD.formatted(30), HEARD.formatted(50));

    assertThat(info.unheardNanos()).isEqualTo(30);
  }

  @Test
  void whoWasNeverHeardDoesNotCount() {
    assertThat(withOthers(BEHIND.formatted(0), HEARD.formatted(8)).unheardNanos()).isEqualTo(8);
    assertThat(withOthers(BEHIND.formatted(0), BEHIND.formatted(0)).unheardNanos())
        .isGreaterThan(TimeUnit.MINUTES.toNanos(1));
  }

  @Test
  void whoIsAloneHearsHimself() {
    assertThat(info("\"leader\":\"n1\"").unheardNanos()).isZero();
  }
}
