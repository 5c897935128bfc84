package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A server with bridges, as other systems meet it.
class ServeBridgesTest {

  private static final String SECRET = "It's a Secret to Everybody";
  private static final String ALERT =
      """
      {"version":"4","groupKey":"{}:{}","receiver":"tocsin","status":"firing","externalURL":"http://am:9093",
       "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"truncatedAlerts":0,"alerts":[
        {"status":"firing","fingerprint":"0123456789abcdef","labels":{"alertname":"DiskFull","severity":"critical"},
         "annotations":{},"startsAt":"2026-03-04T05:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":""}]}\
      """;

  private final TestProcess process = new TestProcess();
  private final HookClient http = new HookClient();

  @TempDir private Path folder;

  @BeforeEach
  void describe() throws Exception {
    Files.writeString(
        folder.resolve("bridges.json"),
        """
        {"bridges":[
          {"name":"github","kind":"webhook","verify":{"scheme":"github","secret":{"file":"%s"}},
           "map":[{"event":"alert.deleted","where":{"header.x-github-event":"issues","payload.action":"deleted"},
                   "payload":{"id":"{payload.issue.number}","reason":"{payload.sender}"}}]},
          {"name":"open","kind":"webhook","map":[{"event":"alert.deleted","payload":{"id":"{payload.id}"}}]},
          {"name":"prod","kind":"alertmanager"}]}\
        """
            .formatted(Files.writeString(folder.resolve("secret"), SECRET + "\n")));
  }

  @AfterEach
  void stop() throws Exception {
    process.interrupt();
    http.close();
  }

  private void serve(String... options) throws InterruptedException {
    String[] all = new String[options.length + 7];
    List.of(
            "serve",
            "--port",
            "0",
            "--data",
            folder.resolve("data").toString(),
            "--bridges",
            folder.resolve("bridges.json").toString())
        .toArray(all);
    System.arraycopy(options, 0, all, 7, options.length);
    process.start(all);
    process.url();
  }

  private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    return http.post(process.url() + path, body, headers);
  }

  private JsonNode get(String path) throws Exception {
    return http.json(process.url() + path);
  }

  private static String signature(String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  private HttpResponse<String> gitHub(String body, String delivery) throws Exception {
    return post(
        "/hooks/github",
        body,
        "X-GitHub-Event",
        "issues",
        "X-GitHub-Delivery",
        delivery,
        "X-Hub-Signature-256",
        signature(body));
  }

  @Test
  void signedPostIsAnEventOnceHoweverOftenItIsDelivered() throws Exception {
    serve();
    String body = "{\"action\":\"deleted\",\"issue\":{\"number\":7},\"sender\":\"octocat\"}";

    assertThat(gitHub(body, "d1").body())
        .isEqualTo("{\"published\":1,\"ignored\":0,\"refused\":0}");
    assertThat(gitHub(body, "d1").statusCode()).isEqualTo(200);
    assertThat(gitHub("{\"action\":\"opened\"}", "d2").body())
        .isEqualTo("{\"published\":0,\"ignored\":1,\"refused\":0}");
    HttpResponse<String> refused =
        gitHub("{\"action\":\"deleted\",\"issue\":{\"number\":[]}}", "d3");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("\"error\":\"invalid_payload\"", "/id");

    JsonNode events = get("/api/v1/events").get("events");
    assertThat(events.size()).isEqualTo(1);
    assertThat(events.get(0).at("/payload").toString())
        .isEqualTo("{\"id\":\"7\",\"reason\":\"octocat\"}");
  }

  @Test
  void wrongSignaturesAreUnauthenticatedAndTheReasonIsTheOperators() throws Exception {
    Path audit = folder.resolve("audit.log");
    serve("--audit-log", audit.toString());

    HttpResponse<String> refused =
        post("/hooks/github", "{}", "X-Hub-Signature-256", signature("{} "));

    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(refused.body()).contains("unauthenticated").doesNotContain("another body");
    process.interrupt();
    assertThat(Files.readString(audit)).contains("/hooks/github: ").contains("another body");
  }

  @Test
  void alertsOfAnAlertmanagerBecomeEventsAndFigures() throws Exception {
    serve();

    assertThat(post("/hooks/alertmanager/prod", ALERT).statusCode()).isEqualTo(200);
    assertThat(post("/hooks/alertmanager/prod", ALERT).body())
        .isEqualTo("{\"published\":0,\"ignored\":1,\"refused\":0}");
    assertThat(post("/hooks/alertmanager/prod", "{\"version\":\"3\"}").statusCode()).isEqualTo(422);
    assertThat(post("/hooks/alertmanager/prod", "version=4").statusCode()).isEqualTo(400);

    assertThat(get("/api/v1/latest?events=alert.created").at("/events/0/payload/severity"))
        .hasToString("\"critical\"");
    JsonNode prod = get("/api/v1/stats").get("bridges").get(2);
    assertThat(prod.toString().replaceAll("\"20\\d\\d-[^\"]+Z\"", "\"T\""))
        .startsWith(
            "{\"name\":\"prod\",\"kind\":\"alertmanager\",\"received\":4,\"published\":1,"
                + "\"last_received\":\"T\",\"ignored\":{\"repeated\":1},"
                + "\"refused\":{\"invalid_json\":1,\"malformed\":1},"
                + "\"place\":\"/hooks/alertmanager/prod\",\"refusals\":[{\"reason\":\"invalid_json\",");
    assertThat(prod.at("/refusals/1/example").asString("")).isEqualTo("{\"version\":\"3\"}");
    String metrics = http.get(process.url() + "/metrics").body();
    assertThat(metrics)
        .contains("tocsin_bridge_published_total{bridge=\"prod\"} 1.0")
        .contains("tocsin_bridge_refused_total{bridge=\"prod\",reason=\"malformed\"} 1.0");
    assertThat(Files.readString(folder.resolve("data/bridges/prod.json")))
        .contains("0123456789abcdef-1772600400000");
  }

  @Test
  void unsignedHooksTakeACredentialAndItsRightsWhereTheServerAsksForOne() throws Exception {
    Files.createDirectories(folder.resolve("data"));
    String all = newKey();
    String camera = newKey("--publish", "camera.*");
    serve();

    assertThat(post("/hooks/open", "{\"id\":\"1\"}").statusCode()).isEqualTo(401);
    assertThat(post("/hooks/open", "{\"id\":\"1\"}", "Authorization", "Bearer " + camera))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(403);
    assertThat(post("/hooks/open", "{\"id\":\"1\"}", "Authorization", "Bearer " + all))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(200);
    String body = "{\"action\":\"opened\"}";
    assertThat(gitHub(body, "d1").statusCode()).isEqualTo(200);
  }

  @Test
  void eachEventOfAPostCountsForTheLimitOfTheKey() throws Exception {
    Files.createDirectories(folder.resolve("data"));
    String slow = newKey("--publishes-per-second", "1");
    serve();
    String alert = ALERT.substring(ALERT.indexOf('[') + 1, ALERT.lastIndexOf(']'));
    String fifty =
        ALERT.replace(
            alert,
            IntStream.range(0, 50)
                .mapToObj(i -> alert.replace("0123", "%04d".formatted(i)))
                .collect(Collectors.joining(",")));

    HttpResponse<String> taken =
        post("/hooks/alertmanager/prod", fifty, "Authorization", "Bearer " + slow);
    HttpResponse<String> next =
        post("/hooks/alertmanager/prod", ALERT, "Authorization", "Bearer " + slow);

    assertThat(taken.body()).startsWith("{\"published\":50,");
    assertThat(next.statusCode()).isEqualTo(429);
    assertThat(next.headers().firstValueAsLong("Retry-After").orElseThrow()).isBetween(2L, 50L);
  }

  private String newKey(String... options) {
    TestProcess maker = new TestProcess();
    String[] all = new String[options.length + 5];
    List.of("key", "new", "somebody", "--data", folder.resolve("data").toString()).toArray(all);
    System.arraycopy(options, 0, all, 5, options.length);
    assertThat(maker.run(all)).as(maker.err()).isZero();
    return maker.out().strip();
  }

  /// Whatever stands between a sender and the bridge: what does not get through is counted where an operator looks.
  @Test
  void whatIsRefusedBeforeTheBridgeSeesItIsCounted() throws Exception {
    Files.createDirectories(folder.resolve("data"));
    String[] all = {
      "Authorization",
      "Bearer " + newKey("--subscribe", "*", "--publish", "*", "--manage", "metrics")
    };
    String[] slow = {"Authorization", "Bearer " + newKey("--publishes-per-second", "1")};
    serve();
    String open = process.url() + "/hooks/open";
    String large = "\"" + "x".repeat(1 << 20) + "\"";

    assertThat(http.post(open, "{}").statusCode()).isEqualTo(401);
    assertThat(http.post(open, "{}", "Authorization", "Bearer none").statusCode()).isEqualTo(401);
    assertThat(http.post(open, large, all).statusCode()).isEqualTo(413);
    assertThat(http.postAs("application/json", open, chunked(large), all).statusCode())
        .isEqualTo(413);
    assertThat(
            http.postAs(
                    "application/x-www-form-urlencoded",
                    open,
                    HttpRequest.BodyPublishers.ofString("payload=%7B%7D"),
                    all)
                .statusCode())
        .isEqualTo(415);
    assertThat(http.post(open, "{}", "Origin", "http://elsewhere.example").statusCode())
        .isEqualTo(403);
    assertThat(http.post(open, "{\"id\":\"1\"}", slow).statusCode()).isEqualTo(200);
    assertThat(http.post(open, "{\"id\":\"2\"}", slow).statusCode()).isEqualTo(429);
    assertThat(http.get(open).statusCode()).isEqualTo(405);

    JsonNode standing = http.json(process.url() + "/api/v1/stats", all).get("bridges").get(1);
    assertThat(standing.get("refused").toString())
        .isEqualTo(
            "{\"forbidden\":1,\"message_too_large\":2,\"rate_limited\":1,\"unauthenticated\":2,"
                + "\"unsupported_media_type\":1}");
    assertThat(standing.get("received").asInt()).isEqualTo(8);
    assertThat(http.json(process.url() + "/api/v1/stats", all).at("/bridges/1/refusals/1/message"))
        .hasToString("\"The body is larger than 1048576 bytes\"");
    assertThat(http.get(process.url() + "/metrics", all).body())
        .contains("tocsin_bridge_refused_total{bridge=\"open\",reason=\"message_too_large\"} 2.0");
  }

  private static HttpRequest.BodyPublisher chunked(String body) {
    return HttpRequest.BodyPublishers.ofInputStream(
        () -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void bodiesAreBoundedAndOtherMethodsAndTypesAreToldApart() throws Exception {
    serve();

    assertThat(post("/hooks/open", "\"" + "x".repeat(1 << 20) + "\"").statusCode()).isEqualTo(413);
    // More than an event may be is fine as long as what becomes of it is not.
    assertThat(
            post("/hooks/open", "{\"id\":\"1\",\"more\":\"" + "x".repeat(200_000) + "\"}")
                .statusCode())
        .isEqualTo(200);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(URI.create(process.url() + "/hooks/open"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString("payload=%7B%7D"))
                        .build())
                .statusCode())
        .isEqualTo(415);
    HttpResponse<String> got = http.get(process.url() + "/hooks/open");
    assertThat(got.statusCode()).isEqualTo(405);
    HttpResponse<String> missing = post("/hooks/none", "{}");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).doesNotContain("/hooks/open");
  }
}
