package dev.tocsin.describe;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tocsin.events.CloseCode;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadValidation;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The documents in themselves: that their references lead somewhere, that their examples are valid, that nothing is left out.
/// What the official validators say, `dev/e2e/describe.py` shows.
class DocumentsTest {

  static Stream<EventCatalog> catalogs() {
    return Stream.of(EventCatalog.builtIn(), TestCatalogs.ODD);
  }

  private static ObjectNode openApi(EventCatalog catalog) {
    return new Descriptions(catalog, "1.2.3").openApi();
  }

  private static ObjectNode asyncApi(EventCatalog catalog) {
    return new Descriptions(catalog, "1.2.3").asyncApi();
  }

  private static List<String> references(JsonNode node) {
    List<String> references = new ArrayList<>();
    if (node instanceof ObjectNode object && object.path("$ref").isString()) {
      references.add(object.path("$ref").stringValue());
    }
    node.forEach(inner -> references.addAll(references(inner)));
    return references;
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void everyReferenceLeadsSomewhere(EventCatalog catalog) {
    for (ObjectNode document : List.of(openApi(catalog), asyncApi(catalog))) {
      assertThat(references(document))
          .isNotEmpty()
          .allSatisfy(reference ->
              assertThat(document.at(reference.substring(1)).isMissingNode())
                  .as(reference)
                  .isFalse());
      assertThat(document.toString()).doesNotContain("x-examples", "x-errors");
    }
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void bothSayWhichCatalogAndProgramTheyAreOf(EventCatalog catalog) {
    for (ObjectNode document : List.of(openApi(catalog), asyncApi(catalog))) {
      assertThat(document.at("/info/version").stringValue()).isEqualTo("1.2.3");
      assertThat(document.at("/info/x-tocsin-catalog").stringValue()).isEqualTo(catalog.hash());
    }
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void everyTypeIsInBoth(EventCatalog catalog) {
    JsonNode published =
        openApi(catalog).at("/components/schemas/publishEvent/discriminator/mapping");
    List<String> messages =
        asyncApi(catalog)
            .at("/components/messages")
            .valueStream()
            .map(m -> m.path("name").asString(""))
            .toList();

    for (EventType type : catalog.allEventTypes()) {
      assertThat(published.has(type.name())).isEqualTo(!type.reserved());
      assertThat(messages).contains(type.name());
    }
  }

  @Test
  void everyCodeIsTold() {
    JsonNode codes = openApi(EventCatalog.builtIn()).at("/components/schemas/errorCode/enum");
    JsonNode closes = asyncApi(EventCatalog.builtIn()).at("/channels/events/x-close-codes");

    assertThat(codes.valueStream().map(JsonNode::stringValue))
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).toList());
    assertThat(closes.valueStream().map(code -> code.path("code").asInt()))
        .containsExactlyElementsOf(Arrays.stream(CloseCode.values()).map(CloseCode::code).toList());
  }

  @Test
  void answersThatComeWithoutACodeAreToldToo() {
    JsonNode paths = openApi(EventCatalog.builtIn()).path("paths");

    assertThat(paths.at("/~1sse~1events/get/responses/204/description").stringValue())
        .contains("Last-Event-ID");
    assertThat(paths.at("/~1api~1v1~1latest/get/responses/503/headers").has("Retry-After"))
        .isTrue();
  }

  @Test
  void statusesOfAnOperationAreThoseOfItsCodes() {
    JsonNode publish =
        openApi(EventCatalog.builtIn()).at("/paths/~1api~1v1~1events/post/responses");

    assertThat(publish.propertyNames())
        .contains(
            "200", "201", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503");
    assertThat(publish.at("/422/content/application~1problem+json/examples").propertyNames())
        .containsExactly(
            "invalid_payload",
            "unknown_event_type",
            "reserved_event_type",
            // of many, where none was accepted
            "invalid_json",
            "invalid_message",
            "message_too_large",
            "idempotency_conflict",
            "forbidden");
  }

  @Test
  void everyOperationTellsWhatHttpItselfRefuses() {
    for (JsonNode path : openApi(EventCatalog.builtIn()).path("paths")) {
      for (JsonNode operation : path) {
        assertThat(operation.at("/responses/default/$ref").asString(""))
            .as(operation.path("operationId").asString())
            .isEqualTo("#/components/responses/refusal");
      }
    }
  }

  @Test
  void eventsOfTheSubprotocolAreAMessage() {
    ObjectNode document = asyncApi(EventCatalog.builtIn());

    assertThat(references(document.at("/operations/deliverEvents")))
        .contains("#/channels/events/messages/cloudEvent");
    assertThat(document.at("/components/messages/cloudEvent/payload").isObject()).isTrue();
  }

  @Test
  void headersOfABatchAreToldOfThosePagesThatHaveThem() {
    ObjectNode document = openApi(EventCatalog.builtIn());

    assertThat(document.at("/paths/~1api~1v1~1events/get/responses/200/headers").propertyNames())
        .containsExactlyInAnyOrder(
            "Tocsin-Next-Since",
            "Tocsin-Next-Before",
            "Tocsin-Epoch",
            "Tocsin-Gaps",
            "Tocsin-Sequence");
    assertThat(document.at("/paths/~1api~1v1~1latest/get/responses/200/headers").propertyNames())
        .containsExactlyInAnyOrder(
            "Tocsin-Next-Since", "Tocsin-Epoch", "Tocsin-Gaps", "Tocsin-Sequence");
  }

  /// Each example stands where a schema says what it has to be.
  private static List<String> faultsOfExamples(ObjectNode document, SpecificationVersion version) {
    List<String> faults = new ArrayList<>();
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(version);
    collect(
        document,
        (schema, example) -> {
          ObjectNode whole = schema.deepCopy();
          whole.set("components", document.get("components"));
          Schema compiled = registry.getSchema(whole);
          compiled.validate(example).forEach(error -> faults.add(example + ": " + error));
        });
    return faults;
  }

  private interface Examples {
    void found(ObjectNode schema, JsonNode example);
  }

  private static void collect(JsonNode node, Examples into) {
    if (node instanceof ObjectNode object) {
      if (object.get("schema") instanceof ObjectNode schema) {
        object.path("examples").forEach(example -> into.found(schema, example.path("value")));
        if (object.has("example")) {
          into.found(schema, object.get("example"));
        }
      }
      if (object.get("payload") instanceof ObjectNode schema && object.path("examples").isArray()) {
        object.get("examples").forEach(example -> into.found(schema, example.path("payload")));
      }
      if (object.path("properties").isObject() && object.path("examples").isArray()) {
        object.get("examples").forEach(example -> into.found(object, example));
      }
    }
    node.forEach(inner -> collect(inner, into));
  }

  private static int countOfExamples(JsonNode document) {
    List<JsonNode> found = new ArrayList<>();
    collect(document, (schema, example) -> found.add(example));
    return found.size();
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void everyExampleIsValidByAnIndependentValidator(EventCatalog catalog) {
    ObjectNode openApi = openApi(catalog);
    ObjectNode asyncApi = asyncApi(catalog);

    assertThat(countOfExamples(openApi)).isGreaterThan(150);
    assertThat(countOfExamples(asyncApi)).isGreaterThan(50);
    assertThat(faultsOfExamples(openApi, SpecificationVersion.DRAFT_2020_12)).isEmpty();
    assertThat(faultsOfExamples(asyncApi, SpecificationVersion.DRAFT_7)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("catalogs")
  void everyExampleOfAnEventIsTakenByTheServersOwnValidator(EventCatalog catalog) {
    EventEncoder encoder = new EventEncoder(catalog, InstantSource.system());
    CloudEvents cloudEvents = new CloudEvents(catalog);
    JsonNode content = openApi(catalog).at("/paths/~1api~1v1~1events/post/requestBody/content");

    JsonNode events = content.at("/application~1json/examples");
    assertThat(events.size()).isGreaterThanOrEqualTo(38);
    for (JsonNode example : events) {
      assertThat(encoder.encode(bytes(example.path("value")))).isInstanceOf(EncodedEvent.class);
    }
    for (JsonNode example : content.at("/application~1cloudevents+json/examples")) {
      CloudEvents.Read read =
          (CloudEvents.Read) cloudEvents.structured(bytes(example.path("value")));
      assertThat(encoder.encode(read.envelope())).isInstanceOf(EncodedEvent.class);
    }
    for (EventType type : catalog.allEventTypes()) {
      JsonNode schema = catalog.jsonSchema(type.name()).orElse(null);
      JsonNode example = schema == null ? null : schema.path("examples").path(0);
      if (example != null && example.isObject()) {
        assertThat(catalog.validatePayload(type.name(), Json.write(example)))
            .isInstanceOf(PayloadValidation.Valid.class);
      }
    }
  }

  private static byte[] bytes(JsonNode value) {
    return Json.write(Objects.requireNonNull(value)).getBytes(StandardCharsets.UTF_8);
  }
}
