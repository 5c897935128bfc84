package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.BridgeStanding;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Rights;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// How bridges fare, as the server tells it, and the wish to have something sent again.
class BridgePagesTest {

  private static final Instant AT = Instant.parse("2026-03-04T05:06:07Z");
  private static final String BEARER = "Authorization: Bearer ";

  private final TestAuthenticator door = new TestAuthenticator();
  private final List<Audit.Entry> audit = new CopyOnWriteArrayList<>();
  private final TestServer server =
      TestServer.start(
          TestServer.settings(Transport.AUTO)
              .with(new AccessSettings(door, false, AddressRules.NONE, null, audit::add))
              .with(new ThreeBridges()));

  /// One that waits to be called, one that sends out and cannot, and one that has its other side.
  private static final class ThreeBridges implements Hooks {

    @Override
    public List<Place> places() {
      return List.of();
    }

    @Override
    public CompletionStage<Answer> receive(Post post) {
      throw new AssertionError();
    }

    @Override
    public void refused(String path, String code, String sentence) {
      throw new AssertionError();
    }

    @Override
    public CompletionStage<Retry> retry(String bridge) {
      return CompletableFuture.supplyAsync(
          () -> bridge.equals("pager") ? new Retry.Begun(3) : new Retry.Impossible());
    }

    @Override
    public List<BridgeStanding> figures() {
      return List.of(
          bridge("garage", null, null, null),
          bridge(
              "pager",
              new BridgeStanding.Link(false, "connection refused"),
              new BridgeStanding.Out(5, 3, 2, 40, 7),
              new BridgeStanding.Trouble("HTTP 400: secret words", AT)),
          bridge("nvr", new BridgeStanding.Link(true, ""), null, null));
    }

    private static BridgeStanding bridge(
        String name,
        BridgeStanding.@Nullable Link link,
        BridgeStanding.@Nullable Out out,
        BridgeStanding.@Nullable Trouble trouble) {
      return new BridgeStanding(
          name,
          "kind",
          "https://somewhere/secret-path",
          link,
          9,
          4,
          Map.of("no_mapping", 2L),
          List.of(new BridgeStanding.Refusal("malformed", 3, "no status", "secret example", AT)),
          AT,
          out,
          trouble);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode bridges(String credential) {
    HttpAnswer answer = server.ask(get("/api/v1/stats", BEARER + credential));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json().get("bridges");
  }

  @Test
  void whoMayReadEverythingSeesWhatWasRefused() {
    door.let("all", "ops", new Rights(null, null, Set.of("metrics")));
    door.let("star", "role", new Rights(reads("*"), null, Set.of("metrics")));

    assertThat(bridges("all").get(0).toString())
        .isEqualTo(
            "{\"name\":\"garage\",\"kind\":\"kind\",\"received\":9,\"published\":4,"
                + "\"last_received\":\"2026-03-04T05:06:07Z\",\"ignored\":{\"no_mapping\":2},"
                + "\"refused\":{\"malformed\":3},\"place\":\"https://somewhere/secret-path\","
                + "\"refusals\":[{\"reason\":\"malformed\",\"message\":\"no status\","
                + "\"example\":\"secret example\",\"at\":\"2026-03-04T05:06:07Z\"}]}");
    assertThat(bridges("all").get(1).at("/last_error/message").asString(""))
        .isEqualTo("HTTP 400: secret words");
    assertThat(bridges("star").toString()).contains("secret example");
  }

  private static Grants reads(String pattern) {
    return new Grants(List.of(new Grants.Grant(List.of(EventPattern.of(pattern)), null)));
  }

  @Test
  void whoMayNotSeesFiguresAlone() {
    door.let("prometheus", "prometheus", new Rights(reads("alert.*"), null, Set.of("metrics")));

    JsonNode bridges = bridges("prometheus");

    assertThat(bridges.get(1).toString())
        .isEqualTo(
            "{\"name\":\"pager\",\"kind\":\"kind\",\"connected\":false,"
                + "\"error\":\"connection refused\",\"received\":9,\"published\":4,"
                + "\"last_received\":\"2026-03-04T05:06:07Z\",\"ignored\":{\"no_mapping\":2},"
                + "\"refused\":{\"malformed\":3},\"sent\":5,\"set_aside\":3,\"lost\":2,"
                + "\"position\":40,\"behind\":7}");
    assertThat(bridges.get(2).path("connected").asBoolean(false)).isTrue();
    assertThat(bridges.get(2).has("error")).isFalse();
    assertThat(bridges.toString()).doesNotContain("secret");
  }

  @Test
  void metricsHaveAFamilyForEachFigure() {
    door.let("prometheus", "prometheus", new Rights(reads("alert.*"), null, Set.of("metrics")));

    assertThat(server.ask(get("/metrics", BEARER + "prometheus")).text())
        .contains("tocsin_bridge_connected{bridge=\"pager\"} 0.0")
        .contains("tocsin_bridge_connected{bridge=\"nvr\"} 1.0")
        .contains("tocsin_bridge_received_total{bridge=\"garage\"} 9.0")
        .contains("tocsin_bridge_published_total{bridge=\"garage\"} 4.0")
        .contains("tocsin_bridge_ignored_total{bridge=\"garage\",reason=\"no_mapping\"} 2.0")
        .doesNotContain("tocsin_bridge_connected{bridge=\"garage\"}")
        .contains("tocsin_bridge_refused_total{bridge=\"garage\",reason=\"malformed\"} 3.0")
        .contains("tocsin_bridge_sent_total{bridge=\"pager\"} 5.0")
        .contains("tocsin_bridge_set_aside{bridge=\"pager\"} 3.0")
        .contains("tocsin_bridge_lost_total{bridge=\"pager\"} 2.0")
        .contains("tocsin_bridge_position{bridge=\"pager\"} 40.0")
        .contains("tocsin_bridge_behind{bridge=\"pager\"} 7.0");
  }

  @Test
  void operatorHasWhatWasSetAsideSentAgainAndThatIsWrittenDown() {
    door.let("metrics", "prometheus", new Rights(null, null, Set.of("metrics", "keys")));
    door.let("console", "ops", new Rights(reads("alert.*"), null, Set.of("console")));
    String path = "/api/v1/bridges/pager/retry";

    assertThat(server.ask(request("POST", path, "")).problem()).isEqualTo("401 unauthenticated");
    assertThat(server.ask(request("POST", path, "", BEARER + "metrics")).problem())
        .isEqualTo("403 forbidden");
    HttpAnswer answer = server.ask(request("POST", path, "", BEARER + "console"));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().toString()).isEqualTo("{\"retried\":3}");
    assertThat(
            server
                .ask(request("POST", "/api/v1/bridges/garage/retry", "", BEARER + "console"))
                .problem())
        .isEqualTo("404 not_found");
    // Who may not see figures has not tried to change anything.
    assertThat(server.ask(get("/metrics", BEARER + "console")).problem())
        .isEqualTo("403 forbidden");

    assertThat(audit)
        .filteredOn(entry -> entry.what() == Audit.What.MANAGE_DENIED)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.name()).isEqualTo("prometheus");
          assertThat(entry.reason()).isEqualTo("POST " + path);
        });
    assertThat(audit)
        .filteredOn(entry -> entry.what() == Audit.What.BRIDGE_RETRIED)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.name()).isEqualTo("ops");
          assertThat(entry.reason()).isEqualTo("bridge pager, 3 events");
        });
  }
}
