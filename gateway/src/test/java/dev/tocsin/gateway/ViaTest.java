package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.CatalogFolder;
import dev.tocsin.events.Via;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.hub.Hub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What bridges of other hubs, and of this one, publish over HTTP.
class ViaTest {

  private static final String EVENTS = "/api/v1/events";
  private static final String JSON = "application/json";
  private static final String CLOUD_EVENT =
      "{\"specversion\":\"1.0\",\"type\":\"alert.deleted\",\"source\":\"/s\",\"id\":\"1\",\"data\":{\"id\":\"a\"}}";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpAnswer post(String mediaType, String body, String via) {
    return server.ask(
        request("POST", EVENTS, body, "Content-Type: " + mediaType, "Tocsin-Via: " + via));
  }

  private static long newest() {
    return server.hub.log().state().newest();
  }

  private static String body(String form) {
    return switch (form) {
      case "application/cloudevents+json" -> CLOUD_EVENT;
      case "application/cloudevents-batch+json" -> "[" + CLOUD_EVENT + "]";
      default -> TestServer.alert("a");
    };
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, 400",
    "application/x-ndjson, 422",
    "application/cloudevents+json, 400",
    "application/cloudevents-batch+json, 422"
  })
  void whatHasComeOutOfThisHubIsRefused(String form, int status) {
    long before = newest();

    HttpAnswer answer = post(form, body(form), "other, epoch-1");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text()).contains("invalid_message", "it goes in a loop");
    assertThat(newest()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json",
    "application/x-ndjson",
    "application/cloudevents+json",
    "application/cloudevents-batch+json"
  })
  void whatHasComeThroughOtherHubsCarriesThatOn(String form) {
    assertThat(post(form, body(form).replace("\"1\"", "\"" + form + "\""), "one, two").status())
        .isIn(200, 201);

    JsonNode last =
        server.ask(get(EVENTS + "?since=" + (newest() - 1))).json().path("events").path(0);
    assertThat(last.path("payload").path("tocsin_via").asString("")).isEqualTo("one, two");
  }

  @Test
  void typeThatAllowsNoOtherFieldsGoesWithoutThat(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("door.schema.json"),
        "{\"x-tocsin-type\":\"door.opened\",\"type\":\"object\",\"additionalProperties\":false,"
            + "\"properties\":{\"door\":{\"type\":\"string\"}}}");
    CatalogFolder.Loaded loaded = (CatalogFolder.Loaded) CatalogFolder.load(folder);
    byte[] event =
        "{\"type\":\"door.opened\",\"payload\":{\"door\":\"a\"}}".getBytes(StandardCharsets.UTF_8);
    try (Hub hub = new Hub(loaded.catalog(), TestServer.memory(), TestServer.CLOCK, 1 << 20)) {
      Envelopes envelopes = new ViaEnvelopes(Via.of("one"), hub, Envelopes.asTheyAre("k"));

      assertThat(envelopes.of(event)).isEqualTo(new CloudEvents.Read(event, "k"));
    }
  }

  @Test
  void whatIsNoEventIsRefusedAsEver() {
    HttpAnswer answer = post(JSON, "{\"type\":\"alert.deleted\",\"payload\":{}}", "one");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(post(JSON, "{", "one").text()).contains("invalid_json");
  }
}
