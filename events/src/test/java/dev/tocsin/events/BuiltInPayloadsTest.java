package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Holds our checks of the built-in payloads against what an independent JSON Schema validator
/// makes of the schemas that we publish.
class BuiltInPayloadsTest {

  private static final EventCatalog CATALOG = EventCatalog.builtIn();

  private static final Map<String, ObjectNode> SCHEMAS =
      typesWithPayload()
          .collect(Collectors.toMap(type -> type, type -> CATALOG.jsonSchema(type).orElseThrow()));

  private static final Map<String, Schema> ORACLES =
      SCHEMAS.entrySet().stream()
          .collect(
              Collectors.toMap(
                  Map.Entry::getKey,
                  entry ->
                      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                          .getSchema(entry.getValue())));

  /// The built-in types once more, made from what `jsonSchema` prints of them, under other names.
  private static final EventCatalog COPIES = copies();

  private static EventCatalog copies() {
    try {
      Path folder = Files.createTempDirectory("copies");
      for (Map.Entry<String, ObjectNode> schema : SCHEMAS.entrySet()) {
        ObjectNode copy = schema.getValue().deepCopy();
        copy.put("x-tocsin-type", copyOf(schema.getKey()));
        Files.writeString(folder.resolve(schema.getKey() + ".schema.json"), Json.writePretty(copy));
      }
      return ((CatalogFolder.Loaded) CatalogFolder.load(folder)).catalog();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String copyOf(String type) {
    return "copy." + (type.contains(".") ? "" : "old_") + type.replace('.', '_');
  }

  @Property(tries = 3_000)
  void typesOfTheirPrintedSchemasGiveTheSameVerdict(@ForAll("mutated") Mutated mutated) {
    PayloadValidation original = CATALOG.validatePayload(mutated.type, mutated.json);
    PayloadValidation copy = COPIES.validatePayload(copyOf(mutated.type), mutated.json);

    assertThat(copy.getClass()).as("%s: %s", copy, original).isEqualTo(original.getClass());
    if (copy instanceof PayloadValidation.Valid valid) {
      assertThat(valid.json()).isEqualTo(((PayloadValidation.Valid) original).json());
    }
  }

  @ParameterizedTest
  @MethodSource("typesWithPayload")
  void printedSchemaCarriesItsTypeAndChannel(String type) {
    assertThat(SCHEMAS.get(type).get("x-tocsin-type").stringValue()).isEqualTo(type);
    assertThat(SCHEMAS.get(type).optional("x-tocsin-channel").map(JsonNode::stringValue))
        .isEqualTo(CATALOG.eventChannel(type));
  }

  static Stream<String> typesWithPayload() {
    return CATALOG.allEventTypes().stream()
        .filter(type -> type.payload() != null)
        .map(EventType::name);
  }

  @ParameterizedTest
  @MethodSource("typesWithPayload")
  void exampleIsValidForBoth(String type) {
    String example = example(type).toString();

    assertThat(CATALOG.validatePayload(type, example))
        .isInstanceOfSatisfying(
            PayloadValidation.Valid.class, valid -> assertThat(valid.json()).isEqualTo(example));
    assertThat(oracleAccepts(type, example)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("typesWithPayload")
  void schemaIsSoundAndStandsForItself(String type) {
    ObjectNode schema = SCHEMAS.get(type);

    assertThat(MetaSchema.faults(schema)).isEmpty();
    assertThat(schema.findValuesAsString("$ref"))
        .allSatisfy(ref -> assertThat(schema.at(ref.substring(1)).isObject()).isTrue());
  }

  @ParameterizedTest
  @MethodSource("typesWithPayload")
  void requiredFieldsAreThoseWithoutWhichAPayloadIsRefused(String type) {
    List<String> needed =
        example(type).propertyNames().stream()
            .filter(field -> {
              ObjectNode payload = example(type);
              payload.remove(field);
              return CATALOG.validatePayload(type, payload.toString())
                  instanceof PayloadValidation.Invalid;
            })
            .toList();

    assertThat(CATALOG.requiredPayloadFields(type)).isEqualTo(needed);
  }

  @ParameterizedTest
  @MethodSource("typesWithPayload")
  void typedRecordOfTheExampleWritesBackWhatItRead(String type) {
    ObjectNode example = example(type);

    Record payload = read(type, example);
    WebSocketEvent event = CATALOG.createEvent(type, payload, null, null);

    assertThat(event.payload()).hasToString(example.toString());
    assertThat(event.payload(payload.getClass())).isEqualTo(payload);
  }

  @ParameterizedTest
  @MethodSource("typesWithPayload")
  void typedRecordOfTheRequiredFieldsAloneComesBack(String type) {
    ObjectNode example = example(type);
    example.retain(CATALOG.requiredPayloadFields(type));

    Record payload = read(type, example);
    WebSocketEvent event = CATALOG.createEvent(type, payload, null, null);

    assertThat(event.payload(payload.getClass())).isEqualTo(payload);
    assertThat(read(type, (ObjectNode) event.payload())).isEqualTo(payload);
  }

  @Test
  void everyPayloadIsChecked() {
    assertThat(
            typesWithPayload()
                .map(type -> CATALOG.payloadSchema(type).orElseThrow().name())
                .distinct())
        .containsExactlyInAnyOrderElementsOf(
            CatalogFactsTest.payloadNames()
                .filter(name -> !name.equals("BoundingBox")) // is inside others
                .toList());
  }

  /// A payload that was changed at one to three places.
  record Mutated(String type, String json) {

    @Override
    public String toString() {
      return type + " " + json;
    }
  }

  @Provide
  Arbitrary<Mutated> mutated() {
    return Arbitraries.of(typesWithPayload().toList())
        .flatMap(type ->
            Combinators.combine(
                    Arbitraries.integers().between(0, 1_000_000).list().ofMinSize(1).ofMaxSize(3),
                    Arbitraries.integers().between(0, 1_000_000).list().ofSize(3))
                .as((places, changes) -> mutated(type, places, changes)));
  }

  private static Mutated mutated(String type, List<Integer> places, List<Integer> changes) {
    ObjectNode payload = example(type);
    for (int i = 0; i < places.size(); i++) {
      mutate(payload, places.get(i), changes.get(i));
    }
    return new Mutated(type, payload.toString());
  }

  private static void mutate(ObjectNode object, int place, int change) {
    List<String> fields = List.copyOf(object.propertyNames());
    if (fields.isEmpty()) {
      return;
    }
    String field = fields.get(place % fields.size());
    JsonNode old = object.get(field);
    int rest = place / fields.size();
    if (rest % 2 == 0 && old instanceof ObjectNode inner) {
      mutate(inner, rest / 2, change);
    } else if (rest % 2 == 0 && old instanceof ArrayNode list && !list.isEmpty()) {
      if (list.get(0) instanceof ObjectNode inner) {
        mutate(inner, rest / 2, change);
      } else {
        list.set(0, replacement(list.get(0), change));
      }
    } else if (change % 9 == 0) {
      object.remove(field);
    } else if (change % 9 == 1) {
      object.set("x_" + field, old);
    } else {
      object.set(field, replacement(old, change));
    }
  }

  private static JsonNode replacement(JsonNode old, int change) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (change % 24) {
      case 0 -> nodes.nullNode();
      case 1 -> nodes.numberNode(-1);
      case 2 -> nodes.numberNode(0);
      case 3 -> nodes.numberNode(101);
      case 4 -> nodes.numberNode(new java.math.BigDecimal("1.0"));
      case 5 -> nodes.numberNode(new java.math.BigDecimal("0.5"));
      case 6 -> nodes.numberNode(new java.math.BigDecimal("100.000001"));
      case 7 -> nodes.numberNode(new java.math.BigDecimal("-1e-30"));
      case 8 -> nodes.numberNode(Long.MAX_VALUE);
      case 9 -> nodes.stringNode("");
      case 10 -> nodes.stringNode("5");
      case 11 -> nodes.stringNode("2026-02-30T12:00:00Z");
      case 12 -> nodes.stringNode("2026-02-28t12:00");
      case 13 -> nodes.booleanNode(true);
      case 14 -> nodes.arrayNode();
      case 15 -> nodes.arrayNode().add(1).add("a").addNull();
      case 16 -> nodes.objectNode();
      case 17 -> nodes.objectNode().put("a", 1).put("b", "x");
      case 18 -> old.isString() ? upper(old) : nodes.stringNode("LOW");
      case 19 -> old.isString() ? nodes.stringNode(old.stringValue() + "?") : nodes.nullNode();
      case 20 -> nodes.arrayNode().add(old);
      case 21 -> nodes.objectNode().set("a", old);
      case 22 -> nodes.stringNode("2026-01-09T12:00:00Z\n");
      default -> nodes.numberNode(new java.math.BigDecimal("1e2"));
    };
  }

  private static JsonNode upper(JsonNode old) {
    return JsonNodeFactory.instance.stringNode(old.stringValue().toUpperCase(Locale.ROOT));
  }

  @Property(tries = 10_000)
  void ourVerdictIsThatOfAJsonSchemaValidator(@ForAll("mutated") Mutated mutated) {
    switch (CATALOG.validatePayload(mutated.type, mutated.json)) {
      case PayloadValidation.Valid valid -> {
        assertThat(oracleAccepts(mutated.type, valid.json())).as("delivered").isTrue();
        assertThat(valid.json()).isEqualToIgnoringCase(mutated.json);
      }
      case PayloadValidation.Invalid invalid -> {
        assertThat(oracleAccepts(mutated.type, mutated.json)).as("%s", invalid).isFalse();
        assertThat(invalid.errors())
            .isNotEmpty()
            .allSatisfy(error -> assertThat(leadsSomewhere(mutated.json, error)).isTrue());
      }
    }
  }

  private static boolean leadsSomewhere(String json, PayloadError error) {
    JsonNode payload = Json.literal(json);
    String path =
        error.code().equals("required")
            ? error.path().substring(0, error.path().lastIndexOf('/'))
            : error.path();
    return !payload.at(path).isMissingNode();
  }

  private static boolean oracleAccepts(String type, String json) {
    return ORACLES.get(type).validate(json, InputFormat.JSON).isEmpty();
  }

  private static ObjectNode example(String type) {
    return (ObjectNode) SCHEMAS.get(type).get("examples").get(0).deepCopy();
  }

  private static Record read(String type, ObjectNode payload) {
    return ((PayloadValidation.Valid) CATALOG.validatePayload(type, payload.toString()))
        .record()
        .orElseThrow();
  }
}
