package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// The rules of the protocol about positions, checked against the log after the fact: connections on
/// all event loops change their subscriptions while others publish.
class PositionsTest {

  private static final List<String> PATTERNS =
      List.of("alert.*", "job.*", "*", "alert.deleted", "j*s", "camera.*", "[!a]*", "no.such");
  private static final int SUBSCRIBERS = 6;
  private static final int PUBLISHERS = 4;
  private static final int EVENTS_EACH = 500;
  private static final int CHANGES = 60;

  /// One thing that a subscriber saw, and the patterns that held before it; `null` for everything.
  private record Step(JsonNode message, Set<String> patternsBefore) {}

  /// A server whose log is in memory; [LatePositionsTest] has another.
  TestServer start(Transport transport) {
    return TestServer.start(transport);
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"NIO", "EPOLL"})
  void nothingIsMissedRepeatedOrOutOfOrder(Transport transport) throws Exception {
    try (TestServer server = start(transport);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<List<Step>>> subscribers = new ArrayList<>();
      for (int i = 0; i < SUBSCRIBERS; i++) {
        int seed = i;
        subscribers.add(threads.submit(() -> subscriber(server, new Random(seed))));
      }
      List<Future<Long>> publishers = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        boolean overHttp = i % 2 == 0;
        publishers.add(threads.submit(() -> publisher(server, overHttp)));
      }
      for (Future<Long> publisher : publishers) {
        assertThat(publisher.get()).isEqualTo(EVENTS_EACH);
      }

      List<LoggedEvent> log = Logs.readAll(server.hub.log(), 0);
      assertThat(log).hasSize(PUBLISHERS * EVENTS_EACH);
      for (Future<List<Step>> subscriber : subscribers) {
        List<Step> steps = subscriber.get();
        assertThat(steps).hasSizeGreaterThan(CHANGES);
        check(steps, log);
      }
    }
  }

  private static long publisher(TestServer server, boolean overHttp) {
    long answers = 0;
    if (overHttp) {
      try (RawClient client = server.client()) {
        for (int i = 0; i < EVENTS_EACH; i++) {
          answers += client.ask(RawClient.post("/api/v1/events", event(i))).status() == 201 ? 1 : 0;
        }
      }
    } else {
      try (RawWebSocket socket = server.socket("?events=none")) {
        // Pipelined, eight at a time.
        for (int i = 0; i < EVENTS_EACH + 8; i++) {
          if (i < EVENTS_EACH) {
            socket.say("{\"action\":\"publish\",\"id\":" + i + ",\"event\":" + event(i) + "}");
          }
          if (i >= 8) {
            JsonNode answer = socket.message();
            assertThat(answer.path("id").asInt()).isEqualTo(i - 8);
            answers += answer.path("action").asString().equals("published") ? 1 : 0;
          }
        }
      }
    }
    return answers;
  }

  private static String event(int i) {
    return i % 3 == 0 ? TestServer.job(i % 101) : TestServer.alert("a" + i);
  }

  private static List<Step> subscriber(TestServer server, Random random) {
    List<Step> steps = new ArrayList<>();
    try (RawWebSocket socket = server.socket("")) {
      Set<String> patterns = null;
      steps.add(new Step(socket.established(), null));
      for (int change = 0; change < CHANGES; change++) {
        String pattern = PATTERNS.get(random.nextInt(PATTERNS.size()));
        boolean subscribe = random.nextInt(3) > 0;
        boolean all = !subscribe && random.nextInt(4) == 0;
        String events = all ? "" : ",\"events\":[\"" + pattern + "\"]";
        socket.say(
            "{\"action\":\"" + (subscribe ? "subscribe" : "unsubscribe") + "\"" + events + "}");
        JsonNode message;
        do {
          message = socket.message();
          steps.add(new Step(message, patterns));
        } while (message.has("previous"));
        if (subscribe || all || patterns != null) {
          patterns = patterns == null ? new LinkedHashSet<>() : new LinkedHashSet<>(patterns);
        }
        if (subscribe) {
          patterns.add(pattern);
        } else if (all) {
          patterns.clear();
        } else if (patterns != null) {
          patterns.remove(pattern);
        }
      }
    }
    return steps;
  }

  private static void check(List<Step> steps, List<LoggedEvent> log) {
    long position = 0;
    for (Step step : steps) {
      JsonNode message = step.message;
      boolean event = message.has("previous");
      boolean first = message.has("payload") && !event;
      long sequence = (first ? message.path("payload") : message).path("sequence").asLong(-1);
      assertThat(sequence).isGreaterThanOrEqualTo(position + (event ? 1 : 0));
      if (!first) {
        // Whatever matched between the positions would have been delivered.
        long end = event ? sequence - 1 : sequence;
        for (long skipped = position + 1; skipped <= end; skipped++) {
          assertThat(wants(step.patternsBefore, log.get((int) skipped - 1))).isFalse();
        }
      }
      if (event) {
        LoggedEvent logged = log.get((int) sequence - 1);
        assertThat(wants(step.patternsBefore, logged)).isTrue();
        assertThat(message.path("type").asString()).isEqualTo(logged.event().type());
        long previous = message.path("previous").asLong();
        assertThat(previous).isLessThanOrEqualTo(position).isLessThan(sequence);
        for (long between = previous + 1; between < sequence; between++) {
          assertThat(wants(step.patternsBefore, log.get((int) between - 1))).isFalse();
        }
      }
      position = sequence;
    }
  }

  private static boolean wants(Set<String> patterns, LoggedEvent event) {
    return patterns == null
        || patterns.stream().anyMatch(pattern -> Glob.matches(pattern, event.event().type()));
  }
}
