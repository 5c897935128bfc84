package dev.tocsin.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Messages on their way to brokers that answer as they should, and as they should not.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MqttWindowTest {

  /// CONNACK of MQTT 5: accepted, no session, no properties.
  private static final String ACCEPTED = "2003000000";

  /// The same: it takes 3 messages before it has acknowledged one.
  private static final String TAKES_THREE = "2006000003" + "210003";

  /// The same: it retains nothing, and takes packets of 20 bytes.
  private static final String MODEST = "200a000007" + "2500" + "2700000014";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static MqttMessage message(String topic, boolean isRetained) {
    return new MqttMessage(topic, "x".getBytes(StandardCharsets.UTF_8), isRetained, List.of());
  }

  private static List<MqttMessage> messages(int count) {
    return IntStream.range(0, count).mapToObj(i -> message("t/" + i, false)).toList();
  }

  private static void read(MqttConnection connection, MqttWindow window) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              if (connection.receive() instanceof MqttIncoming.Acknowledged answer) {
                window.take(answer);
              }
            }
          } catch (IOException e) {
            window.end(e);
          }
        });
  }

  private static MqttWindow.Outcome publish(
      AnsweringBroker broker, List<MqttMessage> messages, Duration patience) throws Exception {
    try (MqttConnection connection = broker.connect()) {
      MqttWindow window = new MqttWindow(connection, patience);
      read(connection, window);
      return window.publish(messages);
    }
  }

  private static List<@Nullable Integer> codes(MqttWindow.Outcome outcome) {
    List<@Nullable Integer> codes = new ArrayList<>();
    outcome.answers().forEach(answer -> codes.add(answer == null ? null : answer.code()));
    return codes;
  }

  @Test
  void messagesAreSentInOrderAndEachIsAnswered() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "4002" + id)) {
      MqttWindow.Outcome outcome = publish(broker, messages(1_000), PATIENCE);

      assertThat(outcome.end()).isNull();
      assertThat(codes(outcome)).isEqualTo(Collections.nCopies(1_000, 0));
      assertThat(broker.topics())
          .isEqualTo(IntStream.range(0, 1_000).mapToObj(i -> "t/" + i).toList());
    }
  }

  @Test
  void noMoreAreOnTheirWayThanTheBrokerTakes() throws Exception {
    List<String> waiting = new ArrayList<>();
    // It answers each third message, and then all three: a fourth would come before any answer.
    AnsweringBroker.Rule byThree =
        (id, number) -> {
          waiting.add("4002" + id);
          if (waiting.size() < 3) {
            return "";
          }
          String all = String.join("", waiting);
          waiting.clear();
          return all;
        };
    try (AnsweringBroker broker = new AnsweringBroker(TAKES_THREE, byThree)) {
      assertThat(codes(publish(broker, messages(9), PATIENCE)))
          .isEqualTo(Collections.nCopies(9, 0));
    }
    // Of four that have to come before anything is answered it gets three.
    try (AnsweringBroker broker = new AnsweringBroker(TAKES_THREE, (id, number) -> "")) {
      publish(broker, messages(9), Duration.ofMillis(200));
      assertThat(broker.topics()).containsExactly("t/0", "t/1", "t/2");
    }
  }

  @Test
  void refusalIsThatOfItsMessage() throws Exception {
    try (AnsweringBroker broker =
        new AnsweringBroker(
            ACCEPTED,
            (id, number) -> number == 1 ? "4009" + id + "8705" + "1f00026e6f" : "4002" + id)) {
      MqttWindow.Outcome outcome = publish(broker, messages(3), PATIENCE);

      assertThat(codes(outcome)).containsExactly(0, 0x87, 0);
      assertThat(outcome.answers().get(1))
          .isNotNull()
          .satisfies(no -> assertThat(no.isRefused()).isTrue())
          .satisfies(no -> assertThat(no.words()).isEqualTo("not authorized (no)"));
    }
  }

  @Test
  void acknowledgementOfWhatWasNeverSentMeansNothing() throws Exception {
    try (AnsweringBroker broker =
        new AnsweringBroker(ACCEPTED, (id, number) -> "4002fffe" + "40027777")) {
      MqttWindow.Outcome outcome = publish(broker, messages(2), Duration.ofMillis(200));

      assertThat(codes(outcome)).containsExactly(null, null);
    }
  }

  @Test
  void brokerThatNeverAcknowledgesIsLeft() throws Exception {
    try (AnsweringBroker broker =
        new AnsweringBroker(ACCEPTED, (id, number) -> number == 0 ? "4002" + id : "")) {
      MqttWindow.Outcome outcome = publish(broker, messages(3), Duration.ofSeconds(1));

      assertThat(codes(outcome)).containsExactly(0, null, null);
      assertThat(outcome.end()).hasMessage("the broker has acknowledged nothing for 1 s");
    }
  }

  @Test
  void whatABrokerThatEndsTheConnectionHasNotAnsweredIsNotTaken() throws Exception {
    try (AnsweringBroker broker =
        new AnsweringBroker(
            ACCEPTED, (id, number) -> number == 2 ? AnsweringBroker.CLOSE : "4002" + id)) {
      MqttWindow.Outcome outcome = publish(broker, messages(500), PATIENCE);

      assertThat(codes(outcome).subList(2, 500)).containsOnly((Integer) null);
      assertThat(outcome.end()).isNotNull();
    }
  }

  @Test
  void whatABrokerDoesNotTakeIsNotSentToIt() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(MODEST, (id, number) -> "4002" + id)) {
      MqttWindow.Outcome outcome =
          publish(broker, List.of(message("a", true), message("b".repeat(30), false)), PATIENCE);

      assertThat(codes(outcome)).containsExactly(0, 0x95);
      assertThat(broker.topics()).containsExactly("a");
    }
  }
}
