package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.payload.detection.BoundingBox;
import dev.tocsin.events.payload.job.JobStatus;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Holds the event types, the payload records and their enums against `catalog-facts.json`, which
/// says what clients were promised: whoever changes a record by accident hears of it here.
class CatalogFactsTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNode FACTS = readFacts();

  /// Every payload record by its simple name, [BoundingBox] included.
  private static final Map<String, Class<? extends Record>> RECORDS = records();

  @Test
  void eventTypesAreThoseOfTheFactsInTheirOrder() {
    List<String> constants =
        Arrays.stream(WebSocketEventType.values()).map(WebSocketEventType::name).toList();

    assertThat(constants).isEqualTo(texts(FACTS.get("event_types"), "constant")).hasSize(43);
  }

  @ParameterizedTest
  @EnumSource
  void eventTypeSaysWhatTheFactsSay(WebSocketEventType type) {
    JsonNode fact = factOf(type);
    Class<? extends Record> payload = type.payloadClass();

    assertThat(type.wireName()).isEqualTo(fact.get("type").stringValue());
    assertThat(type).hasToString(type.wireName());
    assertThat(type.domain()).isEqualTo(textOrNull(fact.get("domain")));
    assertThat(type.channel()).isEqualTo(textOrNull(fact.get("channel")));
    assertThat(payload == null ? null : payload.getSimpleName())
        .isEqualTo(textOrNull(fact.get("payload")));
    assertThat(type.description()).isEqualTo(fact.get("description").stringValue());
    assertThat(WebSocketEventType.ofWireName(type.wireName())).contains(type);
  }

  @Test
  void serversOwnTypesAreReservedAndOnlyThey() {
    assertThat(WebSocketEventType.values())
        .filteredOn(WebSocketEventType::isReserved)
        .extracting(WebSocketEventType::wireName)
        .containsExactly("connection.established", "connection.error", "ping", "pong", "error");
  }

  @Test
  void wireNamesAreMatchedExactly() {
    assertThat(WebSocketEventType.ofWireName("ALERT.CREATED")).isEmpty();
    assertThat(WebSocketEventType.ofWireName("alert.created ")).isEmpty();
    assertThat(WebSocketEventType.ofWireName("alert.*")).isEmpty();
    assertThat(WebSocketEventType.ofWireName("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void keysAreThoseOfTheFacts(WebSocketEventType type) {
    JsonNode promised = FACTS.get("keys").get(type.wireName());
    EventCatalog catalog = EventCatalog.builtIn();

    assertThat(catalog.payloadSchema(type.wireName()).flatMap(PayloadSchema::keyField))
        .isEqualTo(Optional.ofNullable(promised).map(JsonNode::stringValue));
    assertThat(catalog.jsonSchema(type).map(schema -> schema.path("x-tocsin-key").asString("")))
        .isIn(Optional.empty(), Optional.of(promised == null ? "" : promised.stringValue()));
  }

  @Test
  void payloadRecordsAreThoseOfTheFacts() {
    assertThat(RECORDS.keySet())
        .containsExactlyInAnyOrderElementsOf(FACTS.get("payloads").propertyNames())
        .hasSize(41);
  }

  @ParameterizedTest
  @MethodSource("payloadNames")
  void componentsStandInTheOrderOfTheFacts(String payload) {
    List<String> wireNames =
        components(payload).map(component -> snakeCase(component.getName())).toList();

    assertThat(wireNames).isEqualTo(texts(FACTS.get("payloads").get(payload), "name"));
  }

  @ParameterizedTest
  @MethodSource("payloadNames")
  void componentsSayWhatTheFactsSay(String payload) {
    List<String> declared = components(payload).map(CatalogFactsTest::describe).toList();
    List<String> promised =
        FACTS.get("payloads").get(payload).valueStream().map(CatalogFactsTest::describe).toList();

    assertThat(declared).isEqualTo(promised);
  }

  @ParameterizedTest
  @MethodSource("payloadNames")
  void componentsHaveTheJavaTypesOfTheirWireTypes(String payload) {
    List<String> declared =
        components(payload).map(component -> javaType(component.getAnnotatedType())).toList();
    List<String> promised =
        FACTS.get("payloads").get(payload).valueStream().map(CatalogFactsTest::javaType).toList();

    assertThat(declared).isEqualTo(promised);
  }

  @ParameterizedTest
  @MethodSource("payloadNames")
  void everyComponentIsExplained(String payload) {
    assertThat(components(payload))
        .allSatisfy(component -> {
          Doc doc = component.getAnnotation(Doc.class);
          assertThat(doc).isNotNull();
          assertThat(doc.value()).isNotBlank().doesNotEndWith(".");
        });
  }

  @ParameterizedTest
  @MethodSource("payloadNames")
  void examplesAreOfTheirFieldsType(String payload) {
    assertThat(components(payload))
        .allSatisfy(component -> {
          String example = component.getAnnotation(Doc.class).example();
          Class<?> type = component.getType();
          if (type.isEnum() || type.isRecord()) {
            assertThat(example).isEmpty();
          } else if (type == String.class) {
            assertThat(example).isNotEmpty();
          } else {
            assertThat(JSON.readValue(example, component.getType())).isNotNull();
          }
        });
  }

  @Test
  void enumsHaveTheValuesOfTheFacts() {
    Map<String, List<String>> declared = new TreeMap<>();
    RECORDS.values().stream()
        .flatMap(record -> Arrays.stream(record.getRecordComponents()))
        .map(RecordComponent::getType)
        .filter(Class::isEnum)
        .forEach(type -> declared.put(type.getSimpleName(), wireNames(type)));
    // No payload has a field of this type: job.progress carries its status as text.
    declared.put("JobStatus", wireNames(JobStatus.class));

    Map<String, List<String>> promised = new TreeMap<>();
    FACTS
        .get("enums")
        .forEachEntry((name, values) ->
            promised.put(name, values.valueStream().map(JsonNode::stringValue).toList()));

    assertThat(declared).isEqualTo(promised).hasSize(10);
  }

  private static JsonNode factOf(WebSocketEventType type) {
    return FACTS
        .get("event_types")
        .valueStream()
        .filter(fact -> fact.get("constant").stringValue().equals(type.name()))
        .findFirst()
        .orElseThrow();
  }

  static Stream<String> payloadNames() {
    return FACTS.get("payloads").propertyNames().stream();
  }

  private static Stream<RecordComponent> components(String payload) {
    Class<? extends Record> record = RECORDS.get(payload);
    assertThat(record).as(payload).isNotNull();
    return Arrays.stream(record.getRecordComponents());
  }

  /// Everything about a field but its Java type, in one comparable line.
  private static String describe(RecordComponent component) {
    Default fallback = component.getAnnotation(Default.class);
    Range range = component.getAnnotation(Range.class);
    boolean nullable = isNullable(component.getAnnotatedType());
    return line(
        snakeCase(component.getName()),
        !nullable && fallback == null,
        fallback == null ? null : JSON.readTree(fallback.value()),
        range == null ? Double.NEGATIVE_INFINITY : range.min(),
        range == null ? Double.POSITIVE_INFINITY : range.max());
  }

  private static String describe(JsonNode fact) {
    return line(
        fact.get("name").stringValue(),
        fact.get("required").booleanValue(),
        fact.get("default"),
        fact.has("minimum") ? fact.get("minimum").doubleValue() : Double.NEGATIVE_INFINITY,
        fact.has("maximum") ? fact.get("maximum").doubleValue() : Double.POSITIVE_INFINITY);
  }

  private static String line(
      String name, boolean required, @Nullable JsonNode fallback, double min, double max) {
    return name
        + (required ? " required" : " optional")
        + (fallback == null ? "" : " default " + fallback)
        + (" from " + min + " to " + max);
  }

  /// The Java type that a field of the facts has to have, `?` for one that can be null.
  private static String javaType(JsonNode fact) {
    String wireType = fact.get("type").stringValue();
    boolean optional = !fact.get("required").booleanValue() && !fact.has("default");
    boolean list = fact.has("array");
    String single =
        switch (wireType) {
          case "string" -> "String";
          case "integer" -> optional ? "Long" : "long";
          case "number" -> optional ? "Double" : "double";
          case "boolean" -> optional ? "Boolean" : "boolean";
          case "timestamp" -> "Timestamp";
          case "object" -> "Map<String, Object?>";
          case "map<string>" -> "Map<String, String>";
          case "map<integer>" -> "Map<String, Long>";
          default -> wireType;
        };
    return (list ? "List<" + single + ">" : single) + (optional ? "?" : "");
  }

  private static String javaType(AnnotatedType annotated) {
    String name;
    if (annotated instanceof AnnotatedParameterizedType generic) {
      List<String> arguments =
          Arrays.stream(generic.getAnnotatedActualTypeArguments())
              .map(CatalogFactsTest::javaType)
              .toList();
      Type raw = ((ParameterizedType) generic.getType()).getRawType();
      name = ((Class<?>) raw).getSimpleName() + "<" + String.join(", ", arguments) + ">";
    } else {
      name = ((Class<?>) annotated.getType()).getSimpleName();
    }
    return name + (isNullable(annotated) ? "?" : "");
  }

  private static boolean isNullable(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  private static List<String> wireNames(Class<?> type) {
    List<String> names = new ArrayList<>();
    for (Object constant : Objects.requireNonNull(type.getEnumConstants())) {
      names.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT));
    }
    return names;
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static List<String> texts(JsonNode facts, String field) {
    return facts.valueStream().map(fact -> fact.get(field).stringValue()).toList();
  }

  private static @Nullable String textOrNull(JsonNode value) {
    return value.isNull() ? null : value.stringValue();
  }

  private static Map<String, Class<? extends Record>> records() {
    Map<String, Class<? extends Record>> records = new TreeMap<>();
    for (WebSocketEventType type : WebSocketEventType.values()) {
      Class<? extends Record> payload = type.payloadClass();
      if (payload != null) {
        records.put(payload.getSimpleName(), payload);
      }
    }
    records.put(BoundingBox.class.getSimpleName(), BoundingBox.class);
    return records;
  }

  private static JsonNode readFacts() {
    try (InputStream in = CatalogFactsTest.class.getResourceAsStream("catalog-facts.json")) {
      return JSON.readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new IllegalStateException("catalog-facts.json cannot be read", e);
    }
  }
}
