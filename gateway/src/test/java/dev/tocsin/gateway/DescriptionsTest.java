package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.describe.Descriptions;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What the server tells of itself: that it is true, and how it is served.
class DescriptionsTest {

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /// Each operation with the parameters of its query; none for what takes any, whose query means nothing. Hooks are there as
  /// a bridge of any name has them, and of the files that browsers get those that pages import.
  private static Map<String, Set<String>> served() {
    Map<String, Set<String>> operations = new TreeMap<>();
    try (EmbeddedServer embedded = new EmbeddedServer()) {
      embedded.routes().forEach(route -> add(operations, route));
    }
    WebPages.of(false).routes().forEach(route -> add(operations, route));
    operations.put("post /hooks/{name}", Set.of());
    operations.put("post /hooks/alertmanager/{name}", Set.of());
    return operations;
  }

  private static void add(Map<String, Set<String>> operations, Route route) {
    for (HttpMethod method : route.methods()) {
      if (!method.equals(HttpMethod.HEAD)) {
        operations.put(
            method.name().toLowerCase(Locale.ROOT) + " " + route.path(),
            new TreeSet<>(Objects.requireNonNullElse(route.parameters(), Set.of())));
      }
    }
  }

  private static Map<String, Set<String>> told(JsonNode document) {
    Map<String, Set<String>> operations = new TreeMap<>();
    document
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(operation -> {
                  Set<String> query =
                      operation
                          .getValue()
                          .path("parameters")
                          .valueStream()
                          .map(parameter ->
                              parameter.has("$ref")
                                  ? document.at(parameter.path("$ref").stringValue().substring(1))
                                  : parameter)
                          .filter(parameter -> parameter.path("in").stringValue().equals("query"))
                          .map(parameter -> parameter.path("name").stringValue())
                          .collect(Collectors.toCollection(TreeSet::new));
                  operations.put(operation.getKey() + " " + path.getKey(), query);
                }));
    return operations;
  }

  @Test
  void openApiTellsTheRoutesThatThereAreAndNoOthers() {
    JsonNode document = new Descriptions(EventCatalog.builtIn(), "1").openApi();

    assertThat(told(document)).isEqualTo(served());
  }

  @Test
  void queryOfTheSocketIsToldByAsyncApiAsWell() {
    JsonNode document = new Descriptions(EventCatalog.builtIn(), "1").asyncApi();

    Set<String> query =
        new TreeSet<>(document.at("/channels/events/bindings/ws/query/properties").propertyNames());

    query.remove(Presented.TICKET); // the doorkeeper's
    assertThat(query).isEqualTo(served().get("get /ws/events"));
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/catalog.d.ts, text/typescript; charset=utf-8, export interface Events",
    "/api/v1/openapi.json, application/json, \"openapi\":\"3.1.0\"",
    "/api/v1/asyncapi.json, application/json, \"asyncapi\":\"3.0.0\""
  })
  void pagesAreServedWithTheirTags(String path, String type, String part) {
    HttpAnswer page = server.ask(get(path));

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("content-type")).isEqualTo(type);
    assertThat(page.header("cache-control")).isEqualTo("no-cache");
    assertThat(page.text()).contains(part).contains(server.hub.catalog().hash());
    String tag = page.header("etag");
    assertThat(tag).matches("\"[\\w-]+\"");
    assertThat(server.ask(get(path)).header("etag")).isEqualTo(tag);

    try (RawClient client = server.client()) {
      HttpAnswer again = client.ask(get(path, "If-None-Match: \"x\", W/" + tag));

      assertThat(again.status()).isEqualTo(304);
      assertThat(again.header("etag")).isEqualTo(tag);
      assertThat(again.header("cache-control")).isEqualTo("no-cache");
      assertThat(again.header("content-length")).isNull();
      assertThat(client.ask(get(path, "If-None-Match: \"x\"")).status()).isEqualTo(200);
      assertThat(client.send(request("HEAD", path, "")).answerToHead().header("content-length"))
          .isEqualTo(String.valueOf(page.body().length));
    }
  }

  @Test
  void hashOfTheCatalogIsToldWhereClientsLook() {
    String hash = EventCatalog.builtIn().hash();

    assertThat(server.ask(get("/api/v1/catalog")).json().path("catalog").asString())
        .isEqualTo(hash);
    assertThat(server.ask(get("/api/v1/stats")).json().path("catalog").asString()).isEqualTo(hash);
    try (RawWebSocket socket = server.socket("")) {
      JsonNode established = socket.established();
      assertThat(established.at("/payload/catalog").asString()).isEqualTo(hash);
      assertThat(List.copyOf(established.get("payload").propertyNames()))
          .containsExactly("connection_id", "timestamp", "epoch", "sequence", "catalog");
    }
  }
}
