package dev.tocsin.bridges.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.hub.BridgeHub;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Via;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How it is counted what becomes of the events of a message.
class PublisherTest {

  private static final byte[] EVENT =
      "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"1\"}}".getBytes(StandardCharsets.UTF_8);

  /// A hub that answers what it was told to.
  private record ToldHub(Queue<Outcome> answers) implements BridgeHub {

    @Override
    public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
      return CompletableFuture.completedFuture(answers.remove());
    }

    @Override
    public String id() {
      return "epoch-1";
    }
  }

  private record SomeBridge() implements BridgeSettings {

    @Override
    public String name() {
      return "ci";
    }

    @Override
    public String kind() {
      return "webhook";
    }

    @Override
    public String place() {
      return "/hooks/ci";
    }

    @Override
    public void requireSecrets(Map<String, String> environment) {}

    @Override
    public Bridge make(Equipment equipment) {
      throw new UnsupportedOperationException();
    }
  }

  private final BridgeFigures figures = new BridgeFigures(InstantSource.system());

  private Publisher publisher(BridgeHub.Outcome... answers) {
    return new Publisher(
        "ci",
        new ToldHub(new ArrayDeque<>(Arrays.asList(answers))),
        figures,
        new byte[0],
        Via.NONE);
  }

  private static ReconnectPause pause() {
    return new ReconnectPause(
        new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), new Random(1)));
  }

  @Test
  void eventThatWasThereBeforeIsIgnored() throws Exception {
    Publisher publisher = publisher(new BridgeHub.Outcome.Published(7, true));

    assertThat(publisher.publish(EVENT, "k")).isTrue();
    assertThat(publisher.result()).isEqualTo(new Publisher.Result.Taken(0, 1, 0));
  }

  @Test
  void eachFaultOfARefusedEventIsToldOnce() throws Exception {
    byte[] event =
        "{\"type\":\"camera.online\",\"payload\":{\"camera_id\":5,\"timestamp\":\"now\"}}"
            .getBytes(StandardCharsets.UTF_8);
    Publisher publisher = new Publisher("ci", new TestHub(), figures, event, Via.NONE);

    assertThat(publisher.publish(event, "k")).isFalse();
    String told = figures.of(new SomeBridge()).refused().getFirst().sentence();
    for (String path : List.of("/camera_id ", "/camera_name ", "/timestamp ")) {
      assertThat(told.split(path, -1)).as(told).hasSize(2);
    }
  }

  @Test
  void eventThatIsThereFromATryThatWasNotAnsweredIsCounted() throws Exception {
    Publisher publisher =
        publisher(
            new BridgeHub.Outcome.Refused(Rejection.uncertain("no answer")),
            new BridgeHub.Outcome.Refused(new Rejection(ErrorCode.UNAVAILABLE, "away")),
            new BridgeHub.Outcome.Published(7, true));

    assertThat(publisher.publishAtLast(EVENT, "k", pause())).isTrue();
    assertThat(publisher.result()).isEqualTo(new Publisher.Result.Taken(1, 0, 0));
  }

  @Test
  void eventThatWasThereBeforeTheFirstTryIsIgnored() throws Exception {
    Publisher publisher = publisher(new BridgeHub.Outcome.Published(7, true));

    assertThat(publisher.publishAtLast(EVENT, "k", pause())).isTrue();
    assertThat(publisher.result()).isEqualTo(new Publisher.Result.Taken(0, 1, 0));
  }
}
