package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How tests of logs on real servers ask, and wait for what nobody tells them.
abstract class OnRealServers {

  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long PAUSE_MILLIS = 20;

  static JetStreamEventLog open(TestSettings settings) throws JetStreamOpenException {
    return JetStreamEventLog.open(settings.build(), InstantSource.system());
  }

  static AppendResult append(EventLog log, Append append) {
    return Logs.await(log.append(List.of(append))).getFirst();
  }

  /// Appends, and waits until this gateway has seen it.
  static long append(EventLog log, String... types) {
    List<AppendResult> results = Logs.await(log.append(SampleEvents.appends(types)));
    long last = ((AppendResult.Stored) results.getLast()).sequence();
    reach(log, last);
    return last;
  }

  /// Appends until the log takes it.
  static void appendAtLast(EventLog log, String type) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    AppendResult result;
    do {
      assertThat(System.nanoTime()).isLessThan(end);
      result = append(log, SampleEvents.appends(type).getFirst());
    } while (!(result instanceof AppendResult.Stored));
  }

  static AppendResult.Stored stored(long sequence) {
    return new AppendResult.Stored(sequence, SampleEvents.TIMESTAMP);
  }

  static void reach(EventLog log, long sequence) {
    assertThat(Logs.await(log.reach(sequence, Duration.ofSeconds(30))))
        .isGreaterThanOrEqualTo(sequence);
  }

  static List<Long> sequences(List<LoggedEvent> events) {
    return events.stream().map(LoggedEvent::sequence).toList();
  }

  /// All up to a sequence.
  static List<Long> upTo(long sequence) {
    return LongStream.rangeClosed(1, sequence).boxed().toList();
  }

  /// Asks JetStream for something, again where nobody has answered: in an election a request gets lost.
  static JsonNode api(Connection nats, String what, String request) throws Exception {
    byte[] asked = request.getBytes(StandardCharsets.UTF_8);
    @Nullable Message answer = null;
    for (int tries = 0; answer == null && tries < 10; tries++) {
      answer = nats.request("$JS.API." + what, asked, Duration.ofSeconds(3));
    }
    return ((Json.Value) Json.read(Objects.requireNonNull(answer, what).getData())).tree();
  }

  /// Waits until gateways have begun to look at a stream so often.
  static void awaitLooks(NatsServers servers, String stream, int looks) throws Exception {
    Connection nats = Nats.connect(servers.url(0));
    try {
      Subscription seen = nats.subscribe("$JS.API.STREAM.INFO." + stream);
      for (int i = 0; i < looks; i++) {
        Message look = seen.nextMessage(PATIENCE);
        assertThat(look).isNotNull();
      }
    } finally {
      nats.close();
    }
  }

  /// Something that may be so after a while.
  interface Condition {
    boolean isSo() throws Exception;
  }

  /// Waits for what nobody tells.
  static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.isSo()) {
      assertThat(System.nanoTime()).as("it is not so after " + PATIENCE).isLessThan(end);
      Thread.sleep(PAUSE_MILLIS);
    }
  }
}
