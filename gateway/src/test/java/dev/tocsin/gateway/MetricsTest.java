package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventType;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.hub.Rights;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `GET /metrics`: each family moves by what has happened, and by nothing else.
@Timeout(60)
class MetricsTest {

  private static final String ROOT = "Authorization: Bearer " + TestAuthenticator.ROOT;

  private final TestServer server = TestServer.start();
  private Map<String, Double> before = samples(server, "");

  @AfterEach
  void stop() {
    server.close();
  }

  private static Map<String, Double> samples(TestServer server, String header) {
    HttpAnswer answer = server.ask(header.isEmpty() ? get("/metrics") : get("/metrics", header));
    assertThat(answer.status()).isEqualTo(200);
    return samples(answer.text());
  }

  private static Map<String, Double> samples(String text) {
    Map<String, Double> samples = new TreeMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> {
          int space = line.lastIndexOf(' ');
          samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        });
    return samples;
  }

  /// What has changed since the last look, without times, sizes and what the machine does.
  private Map<String, Double> changes() {
    Map<String, Double> now = samples(server, "");
    Map<String, Double> changes = new TreeMap<>();
    now.forEach((name, value) -> {
      double change = value - before.getOrDefault(name, 0.0);
      if (change != 0
          && name.startsWith("tocsin_")
          && !name.contains("_seconds_bucket")
          && !name.contains("_seconds_sum")
          && !name.equals("tocsin_log_bytes")) {
        changes.put(name, change);
      }
    });
    before = now;
    return changes;
  }

  /// The same as soon as something has changed that is not done by who asks.
  private Map<String, Double> changes(String awaited, double by) {
    double from = before.getOrDefault(awaited, 0.0);
    while (samples(server, "").getOrDefault(awaited, 0.0) != from + by) {
      assertThat(Thread.currentThread().isInterrupted()).as(awaited).isFalse();
    }
    return changes();
  }

  private static String detection(String camera) {
    return ("{'type':'detection.new','payload':{'detection_id':'d','event_id':'e','camera_id':'%s',"
            + "'label':'person','confidence':0.5,'timestamp':'2026-01-09T12:00:00Z'}}")
        .formatted(camera)
        .replace('\'', '"');
  }

  private static final String CAMERA = "%7B%22camera_id%22:%22front%22%7D";

  @Test
  void nothingHappensByLooking() {
    assertThat(changes()).isEmpty();
  }

  @Test
  void anEventWithoutSubscribersIsPublishedAndNothingElse() {
    server.ask(post("/api/v1/events", TestServer.alert("a")));

    assertThat(changes("tocsin_delivery_seconds_count", 1))
        .isEqualTo(
            Map.of(
                "tocsin_events_published_total{type=\"alert.deleted\"}", 1.0,
                "tocsin_append_seconds_count", 1.0,
                "tocsin_delivery_seconds_count", 1.0,
                "tocsin_latest_keys", 1.0,
                "tocsin_log_newest_sequence", 1.0));
  }

  @Test
  void whatIsLatestIsCountedByItsKeys() {
    server.ask(post("/api/v1/events", detection("front")));
    server.ask(post("/api/v1/events", detection("front")));
    server.ask(post("/api/v1/events", detection("yard")));

    assertThat(changes("tocsin_delivery_seconds_count", 3))
        .containsEntry("tocsin_latest_keys", 2.0);
    assertThat(before)
        .containsEntry("tocsin_latest_keys_max", 1_000_000.0)
        .containsEntry("tocsin_latest_keys_dropped_total{type=\"detection.new\"}", 0.0)
        .containsEntry("tocsin_latest_whole", 1.0);
  }

  @Test
  void everyWayInCounts() {
    server.ask(post("/api/v1/events", TestServer.alert("a")));
    server.ask(
        request(
            "POST",
            "/api/v1/events",
            TestServer.alert("b") + "\n" + TestServer.job(1) + "\n{}\n",
            "Content-Type: application/x-ndjson"));
    try (RawWebSocket socket = server.socket("?events=none.*")) {
      socket.ask("{\"action\":\"publish\",\"event\":" + TestServer.alert("c") + "}");

      Map<String, Double> changes = changes("tocsin_delivery_seconds_count", 4);
      assertThat(changes)
          .containsEntry("tocsin_events_published_total{type=\"alert.deleted\"}", 3.0)
          .containsEntry("tocsin_events_published_total{type=\"job.progress\"}", 1.0)
          .containsEntry("tocsin_events_rejected_total{code=\"invalid_message\",type=\"\"}", 1.0)
          .containsEntry("tocsin_append_seconds_count", 4.0);
    }
  }

  @Test
  void eachConnectionThatGetsAnEventCounts() {
    try (RawWebSocket all = server.socket("");
        RawWebSocket alerts = server.socket("?events=alert.*");
        RawWebSocket twin = server.socket("?events=alert.*");
        RawWebSocket jobs = server.socket("?events=job.*")) {
      changes("tocsin_connections{transport=\"websocket\"}", 4);
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.job(1));
      all.message();
      all.message();
      alerts.message();
      twin.message();
      jobs.message();

      assertThat(changes("tocsin_delivery_seconds_count", 2))
          .containsEntry("tocsin_events_delivered_total{type=\"alert.deleted\"}", 3.0)
          .containsEntry("tocsin_events_delivered_total{type=\"job.progress\"}", 2.0)
          .doesNotContainKey("tocsin_deliveries_filtered_total");
    }
  }

  @Test
  void whatConditionsDoNotLetThroughIsFiltered() {
    try (RawWebSocket front = server.socket("?events=detection.*&where=" + CAMERA);
        RawWebSocket twin = server.socket("?events=detection.*&where=" + CAMERA);
        RawWebSocket all = server.socket("");
        RawWebSocket others = server.socket("?events=job.*")) {
      server.publish(detection("front"));
      server.publish(detection("yard"));
      server.publish(detection("yard"));
      server.publish(TestServer.job(1));
      for (int i = 0; i < 4; i++) {
        all.message();
      }
      front.message();
      twin.message();
      others.message();

      assertThat(changes("tocsin_delivery_seconds_count", 4))
          .containsEntry("tocsin_deliveries_filtered_total", 4.0)
          .containsEntry("tocsin_events_delivered_total{type=\"detection.new\"}", 2 + 3.0);
    }
    changes("tocsin_connections{transport=\"websocket\"}", -4);
    server.publish(detection("yard"));
    assertThat(changes("tocsin_delivery_seconds_count", 1))
        .doesNotContainKey("tocsin_deliveries_filtered_total");
  }

  @Test
  void whatIsReadFromTheLogIsDeliveredToo() {
    server.publish(TestServer.alert("a"));
    server.publish(TestServer.job(1));
    changes("tocsin_delivery_seconds_count", 2);
    try (RawWebSocket late = server.socket("?since=0&events=alert.*")) {
      late.message();
      late.message();

      assertThat(changes("tocsin_events_delivered_total{type=\"alert.deleted\"}", 1))
          .doesNotContainKey("tocsin_connections_behind")
          .doesNotContainKey("tocsin_delivery_seconds_count");
    }
  }

  @Test
  void connectionsAndAudiencesComeAndGo() {
    RawWebSocket all = server.socket("");
    RawWebSocket jobs = server.socket("?events=job.*");
    Map<String, Double> changes = changes("tocsin_connections{transport=\"websocket\"}", 2);
    assertThat(changes).containsEntry("tocsin_audiences", 2.0);
    all.close();
    assertThat(changes("tocsin_connections{transport=\"websocket\"}", -1))
        .containsEntry("tocsin_connections_closed_total{code=\"1006\"}", 1.0);
    jobs.close();
    changes("tocsin_connections{transport=\"websocket\"}", -1);
    assertThat(before.get("tocsin_audiences")).isZero();
  }

  @Test
  void refusalsCountByTypeAndCode() {
    for (String event :
        new String[] {
          "{\"type\":\"alert.deleted\",\"payload\":{}}",
          "{\"type\":\"alert.deletd\",\"payload\":{}}",
          "{\"type\":\"ping\",\"payload\":{}}",
          "nonsense"
        }) {
      server.ask(post("/api/v1/events", event));
    }

    assertThat(changes())
        .isEqualTo(
            Map.of(
                "tocsin_events_rejected_total{code=\"invalid_payload\",type=\"alert.deleted\"}",
                    1.0,
                "tocsin_events_rejected_total{code=\"unknown_event_type\",type=\"\"}", 1.0,
                "tocsin_events_rejected_total{code=\"reserved_event_type\",type=\"\"}", 1.0,
                "tocsin_events_rejected_total{code=\"invalid_json\",type=\"\"}", 1.0));
  }

  @Test
  void whatIsNoCloudEventCountsAsWell() {
    server.ask(
        request("POST", "/api/v1/events", "{}", "Content-Type: application/cloudevents+json"));
    server.ask(
        request(
            "POST",
            "/api/v1/events",
            "[{},{}]",
            "Content-Type: application/cloudevents-batch+json"));

    assertThat(changes())
        .isEqualTo(Map.of("tocsin_events_rejected_total{code=\"invalid_message\",type=\"\"}", 3.0));
  }

  @Test
  void aLogThatTakesNothingIsAFault() {
    server.hub.log().close();
    server.ask(post("/api/v1/events", TestServer.alert("a")));

    assertThat(changes())
        .containsEntry(
            "tocsin_events_rejected_total{code=\"unavailable\",type=\"alert.deleted\"}", 1.0)
        .containsEntry("tocsin_log_fault{kind=\"append\"}", 1.0)
        .doesNotContainKey("tocsin_append_seconds_count");
  }

  @Test
  void everyTypeIsThereFromTheBeginning() {
    assertThat(server.hub.catalog().allEventTypes().stream().filter(type -> !type.reserved()))
        .extracting(EventType::name)
        .allSatisfy(type ->
            assertThat(before)
                .containsEntry("tocsin_events_published_total{type=\"" + type + "\"}", 0.0)
                .containsEntry("tocsin_events_delivered_total{type=\"" + type + "\"}", 0.0));
    for (String code :
        List.of("invalid_json", "invalid_message", "unknown_event_type", "rate_limited")) {
      assertThat(before)
          .containsEntry("tocsin_events_rejected_total{code=\"" + code + "\",type=\"\"}", 0.0);
    }
    assertThat(before)
        .containsKeys(
            "tocsin_build_info{version=\"" + BuildVersion.number() + "\"}",
            "process_cpu_seconds_total",
            "process_start_time_seconds",
            "jvm_memory_used_bytes{area=\"heap\"}",
            "jvm_memory_max_bytes{area=\"heap\"}",
            "jvm_threads_current");
    assertThat(before.keySet())
        .anyMatch(name -> name.startsWith("jvm_gc_collection_seconds_count"));
  }

  @Test
  void credentialsCountByWhatBecameOfThem() {
    TestAuthenticator door = new TestAuthenticator();
    door.let("front", "front", Rights.NONE);
    try (TestServer guarded =
        TestServer.start(
            TestServer.settings(dev.tocsin.http.Transport.AUTO)
                .with(TestAuthenticator.settings(door)))) {
      Map<String, Double> first = samples(guarded, ROOT);
      guarded.ask(get("/metrics"));
      assertThat(guarded.ask(get("/metrics", "Authorization: Bearer nonsense")).problem())
          .isEqualTo("401 unauthenticated");
      assertThat(guarded.ask(get("/metrics", "Authorization: Bearer front")).problem())
          .isEqualTo("403 forbidden");
      assertThat(guarded.ask(get("/metrics?ticket=x")).status()).isEqualTo(401);
      Map<String, Double> last = samples(guarded, ROOT);

      assertThat(first.get("tocsin_authentications_total{result=\"accepted\"}")).isOne();
      assertThat(last.get("tocsin_authentications_total{result=\"accepted\"}")).isEqualTo(3);
      assertThat(last.get("tocsin_authentications_total{result=\"refused\"}")).isEqualTo(2);
      assertThat(last.get("tocsin_authentications_total{result=\"unavailable\"}")).isZero();
    }
  }

  @Test
  void answersInTheFormatThatIsWanted() {
    HttpAnswer text = server.ask(get("/metrics?collect=all"));
    HttpAnswer open =
        server.ask(
            get("/metrics", "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));

    assertThat(text.header("content-type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    assertThat(text.header("cache-control")).isEqualTo("no-store");
    assertThat(open.header("content-type"))
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(open.text())
        .endsWith("# EOF\n")
        .contains("# TYPE tocsin_events_published counter\n");
    assertThat(text.text()).contains("# TYPE tocsin_events_published_total counter\n");
    assertThat(samples(open.text()).keySet()).isEqualTo(samples(text.text()).keySet());
    try (RawClient client = server.client()) {
      assertThat(client.send(request("HEAD", "/metrics", "")).answerToHead().status())
          .isEqualTo(200);
    }
    assertThat(server.ask(post("/metrics", "")).status()).isEqualTo(405);
  }
}
