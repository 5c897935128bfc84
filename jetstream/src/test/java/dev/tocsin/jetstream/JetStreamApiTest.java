package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is asked over a real NATS, on which the test plays the server that answers, or does not.
@Timeout(60)
class JetStreamApiTest extends OnOwnServer {

  private final AtomicInteger asked = new AtomicInteger();
  private Connection gate;
  private Connection server;
  private JetStreamApi api;

  @BeforeEach
  void start() throws Exception {
    gate = connect();
    server = connect();
    api = new JetStreamApi(gate);
  }

  /// Answers the request of a number, and loses those before it.
  private void answer(int number, String json) throws Exception {
    server
        .createDispatcher(request -> {
          if (asked.incrementAndGet() >= number) {
            server.publish(request.getReplyTo(), json.getBytes(StandardCharsets.UTF_8));
          }
        })
        .subscribe("$JS.API.TEST");
    server.flush(Duration.ofSeconds(30));
  }

  @Test
  void whatWasLostInAnElectionIsAskedAgain() throws Exception {
    answer(2, "{\"well\":true}");

    assertThat(api.askUntilAnswered("TEST", null)).isInstanceOf(Answer.Done.class);
    assertThat(asked).hasValueGreaterThan(1);
  }

  @Test
  void aRefusalIsAnAnswer() throws Exception {
    answer(1, "{\"error\":{\"code\":404,\"err_code\":10059,\"description\":\"gone\"}}");

    assertThat(api.askUntilAnswered("TEST", null))
        .isEqualTo(new Answer.Refused(404, 10059, "gone"));
    assertThat(asked).hasValue(1);
  }

  @Test
  void whatNobodyAnswersIsSilence() throws Exception {
    answer(Integer.MAX_VALUE, "{}");

    assertThat(api.askUntilAnswered("TEST", null))
        .isInstanceOfSatisfying(
            Answer.Silent.class, silent -> assertThat(silent.nobody()).isFalse());
    assertThat(asked).hasValueGreaterThan(1);
  }

  @Test
  void withoutAConnectionThereIsNoWaiting() throws Exception {
    gate.close();

    assertThat(api.askUntilAnswered("TEST", null))
        .isEqualTo(new Answer.Silent("NATS is not connected", false));
  }
}
