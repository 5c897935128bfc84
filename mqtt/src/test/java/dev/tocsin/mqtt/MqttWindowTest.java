package dev.tocsin.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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

  /// Longer than a test may take: whatever ends by it is seen to hang.
  private static final Duration PATIENCE = Duration.ofMinutes(10);

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
      MqttWindow.Outcome outcome = publish(broker, messages(9), Duration.ofMillis(200));
      assertThat(broker.topics()).containsExactly("t/0", "t/1", "t/2");
      assertThat(outcome.sent()).isEqualTo(3);
      assertThat(codes(outcome)).isEqualTo(Collections.nCopies(9, null));
    }
  }

  @Test
  void aBrokerWithoutABoundGetsNoMoreThanOurs() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "")) {
      int most = MqttWindow.MAX_IN_FLIGHT;

      assertThat(publish(broker, messages(most + 5), Duration.ofMillis(200)).sent())
          .isEqualTo(most);
      assertThat(broker.topics()).hasSize(most);
    }
  }

  @Test
  void aBrokerThatSaysThatItTakesNoneGetsOneAtATime() throws Exception {
    try (AnsweringBroker broker =
        new AnsweringBroker("2006000003" + "210000", (id, number) -> "4002" + id)) {
      assertThat(codes(publish(broker, messages(3), PATIENCE))).containsExactly(0, 0, 0);
    }
  }

  @Test
  void thePacketIdentifierIsToldBeforeAnAnswerCanCome() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      AtomicInteger came = new AtomicInteger(-1);

      connection.publish(
          message("t", false),
          id -> {
            // What has been sent by now arrives meanwhile.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            came.set(broker.topics().size());
          });

      assertThat(came).hasValue(0);
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
    // Those that were sent are answered all the same, each by the first word about it.
    try (AnsweringBroker broker =
        new AnsweringBroker(
            ACCEPTED, (id, number) -> "4002fffe" + "4002" + id + "4004" + id + "8700")) {
      assertThat(codes(publish(broker, messages(3), PATIENCE))).containsExactly(0, 0, 0);
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
  void ringsAreNoAnswersForWhichABrokerWouldBeWaitedFor() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      MqttWindow window = new MqttWindow(connection, Duration.ofMillis(300));
      AtomicBoolean over = new AtomicBoolean();
      Thread.ofVirtual()
          .start(() -> {
            while (!over.get()) {
              window.ring();
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
          });

      assertThat(window.publish(messages(1)).end())
          .hasMessageStartingWith("the broker has acknowledged nothing");
      over.set(true);
    }
  }

  @Test
  void whatABrokerThatEndsTheConnectionHasNotAnsweredIsNotTaken() throws Exception {
    try (AnsweringBroker broker =
        new AnsweringBroker(
            ACCEPTED, (id, number) -> number == 2 ? AnsweringBroker.CLOSE : "4002" + id)) {
      MqttWindow.Outcome outcome = publish(broker, messages(500), PATIENCE);

      assertThat(codes(outcome)).hasSize(500);
      assertThat(codes(outcome).subList(2, 500)).containsOnly((Integer) null);
      // It has taken two, and no more than so many were on their way behind them.
      assertThat(outcome.sent()).isBetween(3, 2 + MqttWindow.MAX_IN_FLIGHT);
      assertThat(outcome.end()).isNotNull();
    }
  }

  @Test
  void aSocketThatTakesNothingIsTheEnd() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "")) {
      MqttConnection connection = broker.connect();
      MqttWindow window = new MqttWindow(connection, PATIENCE);
      connection.close();

      // Nobody reads here who could say so.
      MqttWindow.Outcome outcome = window.publish(messages(2));

      assertThat(codes(outcome)).containsExactly(null, null);
      assertThat(outcome.end()).isNotNull();
    }
  }

  @Test
  void whoeverWaitsForTheEndIsToldOfTheFirstReason() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      MqttWindow window = new MqttWindow(connection, PATIENCE);
      CompletableFuture<@Nullable IOException> waited = waiting(window);

      window.end(new IOException("first"));
      window.end(new IOException("second"));

      assertThat(waited.get(30, TimeUnit.SECONDS)).hasMessage("first");
      assertThat(window.awaitEnd()).hasMessage("first");
      assertThat(window.publish(messages(1)).end()).hasMessage("first");
      assertThat(broker.topics()).isEmpty();
    }
  }

  @Test
  void whoeverWaitsForTheEndIsToldThatTheBrokerIsLeft() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      MqttWindow window = new MqttWindow(connection, Duration.ofMillis(200));
      CompletableFuture<@Nullable IOException> waited = waiting(window);

      window.publish(messages(1));

      assertThat(waited.get(30, TimeUnit.SECONDS))
          .hasMessageStartingWith("the broker has acknowledged nothing");
    }
  }

  @Test
  void eachRingWakesOnceWhoeverWaitsForTheEnd() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      MqttWindow window = new MqttWindow(connection, PATIENCE);
      window.ring();
      window.ring();
      assertThat(window.awaitEnd()).as("one that came before").isNull();

      CompletableFuture<@Nullable IOException> waited = waiting(window);
      assertThat(waited).isNotDone();
      window.ring();
      assertThat(waited.get(30, TimeUnit.SECONDS)).isNull();
    }
  }

  /// Waits for the end on a thread of its own, and is seen to wait.
  private static CompletableFuture<@Nullable IOException> waiting(MqttWindow window)
      throws InterruptedException {
    CompletableFuture<@Nullable IOException> waited = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                waited.complete(window.awaitEnd());
              } catch (InterruptedException e) {
                waited.completeExceptionally(e);
              }
            });
    while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
      Thread.sleep(5);
    }
    return waited;
  }

  @Test
  void aBrokerThatIsSlowButAnswersIsNotLeft() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(ACCEPTED, (id, number) -> "");
        MqttConnection connection = broker.connect()) {
      MqttWindow window = new MqttWindow(connection, Duration.ofSeconds(5));
      CompletableFuture<MqttWindow.Outcome> outcome = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              outcome.complete(window.publish(messages(4)));
            } catch (InterruptedException e) {
              outcome.completeExceptionally(e);
            }
          });

      // All four together take longer than it has patience; none of them does.
      for (int id = 1; id <= 4; id++) {
        Thread.sleep(1_500);
        window.take(new MqttIncoming.Acknowledged(id, 0, ""));
      }

      assertThat(outcome.get(30, TimeUnit.SECONDS).end()).isNull();
    }
  }

  @Test
  void whatABrokerDoesNotTakeIsNotSentToIt() throws Exception {
    try (AnsweringBroker broker = new AnsweringBroker(MODEST, (id, number) -> "4002" + id)) {
      // Fixed header, length of the topic, packet identifier, properties and payload take 8 bytes.
      MqttWindow.Outcome outcome =
          publish(
              broker,
              List.of(
                  message("a", true),
                  message("b".repeat(30), false),
                  message("c".repeat(13), false),
                  message("d".repeat(12), false)),
              PATIENCE);

      assertThat(codes(outcome)).containsExactly(0, 0x95, 0x95, 0);
      assertThat(broker.topics()).containsExactly("a", "d".repeat(12));
      assertThat(outcome.end()).isNull();
    }
  }

  @Test
  void whatIsNotRetainedIsTheSameMessageOtherwise() throws Exception {
    MqttMessage message =
        new MqttMessage(
            "t", "xyz".getBytes(StandardCharsets.UTF_8), true, List.of(new MqttProperty("k", "v")));
    List<String> contents = new ArrayList<>();
    for (String accepted : List.of(ACCEPTED, "2005000002" + "2500")) {
      try (AnsweringBroker broker = new AnsweringBroker(accepted, (id, number) -> "4002" + id)) {
        assertThat(codes(publish(broker, List.of(message), PATIENCE))).containsExactly(0);
        assertThat(broker.topics()).containsExactly(accepted.equals(ACCEPTED) ? "t retained" : "t");
        contents.addAll(broker.contents());
      }
    }
    assertThat(contents).containsExactly("0726" + "00016b" + "000176" + "78797a", contents.get(0));
  }
}
