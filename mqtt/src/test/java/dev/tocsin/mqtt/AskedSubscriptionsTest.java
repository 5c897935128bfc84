package dev.tocsin.mqtt;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AskedSubscriptionsTest {

  private static final long LIMIT = TimeUnit.SECONDS.toNanos(AskedSubscriptions.MAX_SECONDS);

  private final AskedSubscriptions asked = new AskedSubscriptions();

  @Test
  void brokerThatNeverAnswersIsNotWaitedForForEver() {
    asked.ask(1, 2, 100);

    assertThatCode(() -> asked.hear(null, 100 + LIMIT)).doesNotThrowAnyException();
    assertThatThrownBy(() -> asked.hear(null, 101 + LIMIT))
        .isInstanceOf(IOException.class)
        .hasMessage("the broker has not answered to a subscription for 30 s");
  }

  @Test
  void answersInAnotherOrderAreAnswers() throws Exception {
    asked.ask(1, 1, 0);
    asked.ask(2, 2, 0);
    asked.hear(new MqttIncoming.Subscribed(2, List.of(1, 0x80)), 1);
    asked.hear(new MqttIncoming.Subscribed(1, List.of(1)), 1);

    assertThatCode(() -> asked.hear(null, 2 * LIMIT)).doesNotThrowAnyException();
  }
}
