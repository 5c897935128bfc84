package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class RecordSchemaTest {

  private static final EventCatalog CATALOG =
      EventCatalog.builtIn()
          .with(
              EventType.of(
                  "door.opened", "doors", "A door opened", PayloadSchema.of(DoorOpened.class)));

  private static final String VALID =
      """
      {"door_id":"front","angle":90.0,"openings":3,"forced":false,
       "opened_at":"2026-01-09T12:00:00Z","way":"key","persons":["ada"],
       "place":{"x":0.5,"name":"hall"}}\
      """;

  @Test
  void wireNamesAreTheComponentsInSnakeCase() {
    assertThat(CATALOG.requiredPayloadFields("door.opened"))
        .containsExactly(
            "door_id", "angle", "openings", "forced", "opened_at", "way", "persons", "place");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "door_id | 1 | type | must be a string; was 1",
        "door_id | null | type | must be a string; was null",
        "angle | \"90\" | type | must be a number; was \"90\"",
        "angle | true | type | must be a number; was true",
        "angle | -0.1 | minimum | must be at least 0; was -0.1",
        "angle | 180.0000001 | maximum | must be at most 180; was 180.0000001",
        "angle | 1e400 | maximum | must be at most 180; was 1e400",
        "angle | -1e999999999 | minimum | must be at least 0; was -1e999999999",
        "openings | 0 | minimum | must be at least 1; was 0",
        "openings | 1.5 | type | must be an integer; was 1.5",
        "openings | \"1\" | type | must be an integer; was \"1\"",
        "openings | [] | type | must be an integer; was an array",
        "forced | 0 | type | must be true or false; was 0",
        "forced | \"true\" | type | must be true or false; was \"true\"",
        "opened_at | 1767960000 | type | must be an ISO 8601 date-time string; was 1767960000",
        "opened_at | \"noon\" | format | must be an ISO 8601 date-time such as"
            + " 2026-01-09T12:00:00Z; was \"noon\"",
        "way | \"kick\" | enum | must be one of key, bell_rung, unknown; was \"kick\"",
        "way | \"\" | enum | must be one of key, bell_rung, unknown; was \"\"",
        "way | 7 | type | must be a string; was 7",
        "persons | \"ada\" | type | must be an array; was \"ada\"",
        "place | [] | type | must be an object; was an array",
        "lock | [] | type | must be an object; was an array",
        "keys | 1 | type | must be an object; was 1",
        "occupied | \"yes\" | type | must be true or false; was \"yes\"",
        "weight | {} | type | must be a number; was an object",
      })
  void faultNamesTheFieldAndWhatItHasToBe(String field, String value, String code, String message) {
    assertThat(errors(with(field, value)))
        .containsExactly(new PayloadError("/" + field, code, message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "door_id | \"\"",
        "angle | 0",
        "angle | 180",
        "angle | 1.8e2",
        "angle | 1e-999999999",
        "openings | 1",
        "openings | 1.0",
        "openings | 1e2",
        "openings | 99999999999999999999999999999999",
        "opened_at | \"2026-01-09T12:00\"",
        "persons | []",
        "places | []",
        "places | null",
        "lock | {\"any\":[1,{\"a\":null}]}",
        "lock | {}",
        "lock | null",
        "keys | {}",
        "uses | {\"a\":1e2}",
        "occupied | null",
        "closed_by | null",
        "closed_by | \"unknown\"",
        "weight | 1e400",
        "more | {\"unknown\":[\"fields\"]}",
      })
  void whatFitsPassesByteForByte(String field, String value) {
    String json = with(field, value);

    assertThat(CATALOG.validatePayload("door.opened", json))
        .isInstanceOfSatisfying(
            PayloadValidation.Valid.class, valid -> assertThat(valid.json()).isEqualTo(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "persons | [\"a\",1,null] | /persons/1 | /persons/2",
        "places | [{\"x\":1},{\"x\":\"1\"},{}] | /places/1/x | /places/2/x",
        "keys | {\"a/b\":1,\"c~d\":2} | /keys/a~1b | /keys/c~0d",
        "uses | {\"a\":1,\"\":1.5,\"b\":null} | /uses/ | /uses/b",
        "place | {\"x\":null,\"name\":1} | /place/x | /place/name",
      })
  void pathLeadsToTheFault(String field, String value, String first, String second) {
    assertThat(errors(with(field, value)))
        .extracting(PayloadError::path)
        .containsExactly(first, second);
  }

  @Test
  void everyFaultIsToldAtOnce() {
    String json = "{\"door_id\":1,\"angle\":-1,\"way\":\"kick\",\"place\":{\"name\":\"x\"}}";

    assertThat(errors(json))
        .extracting(PayloadError::path, PayloadError::code)
        .containsExactlyInAnyOrder(
            tuple("/door_id", "type"),
            tuple("/angle", "minimum"),
            tuple("/way", "enum"),
            tuple("/place/x", "required"),
            tuple("/openings", "required"),
            tuple("/forced", "required"),
            tuple("/opened_at", "required"),
            tuple("/persons", "required"));
  }

  @Test
  void messageCountsTheFaults() {
    PayloadValidation.Invalid one = invalid(with("way", "\"kick\""));
    PayloadValidation.Invalid two = invalid("{\"x\":1,\"door_id\":2}".replace("}", withoutBrace()));

    assertThat(one.rejection().message())
        .isEqualTo(
            "Payload of door.opened: /way must be one of key, bell_rung, unknown; was \"kick\"");
    assertThat(two.rejection().message())
        .isEqualTo("Payload of door.opened: /door_id must be a string; was 2 (and 1 more)");
  }

  private static String withoutBrace() {
    return ",\"angle\":\"x\",\"openings\":3,\"forced\":false,\"opened_at\":\"2026-01-09T12:00:00Z\","
               + "\"way\":\"key\",\"persons\":[],\"place\":{\"x\":1}}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ \"way\" : \"KEY\" }|{ \"way\" : \"key\" }",
        "{\"way\":\"Bell_Rung\",\"door_id\":\"KEY\"}|{\"way\":\"bell_rung\",\"door_id\":\"KEY\"}",
        "{\"\\u0077ay\":\"\\u004bEY\"}|{\"\\u0077ay\":\"key\"}",
        "{\"n\":1.10,\"way\":\"UNKNOWN\",\"m\":1e2,\"s\":\"\\u00e9\\/\",\"closed_by\":\"kEy\"}"
            + "|{\"n\":1.10,\"way\":\"unknown\",\"m\":1e2,\"s\":\"\\u00e9\\/\",\"closed_by\":\"key\"}",
        "{\"unknown_field\":\"KEY\",\"way\":\"key\"}|{\"unknown_field\":\"KEY\",\"way\":\"key\"}",
        "{\"way\":\"\\u006bey\"}|{\"way\":\"\\u006bey\"}",
      })
  void enumValuesAreLowerCasedAndNothingElseIsTouched(String json, String delivered) {
    byte[] bytes = ("xx" + json + "yy").getBytes(StandardCharsets.UTF_8);
    int length = bytes.length - 4;

    PayloadCheck check = PayloadSchema.of(DoorOpened.class).check(bytes, 2, length);

    assertThat(new String(check.normalised(bytes, 2, length), StandardCharsets.UTF_8))
        .isEqualTo(delivered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u212aEY", "KE\u0178", "key ", " key", "BELL_RUNG\u0000"})
  void onlyTheLettersAToZHaveACase(String way) {
    String json = with("way", Json.mapper().writeValueAsString(way));

    assertThat(errors(json)).extracting(PayloadError::code).containsExactly("enum");
  }

  @Test
  void typedRecordHasDefaultsAndTheNearestValues() {
    String json =
        VALID
            .replace("\"key\"", "\"BELL_RUNG\"")
            .replace("90.0", "0.1000000000000000055511151231257827");

    DoorOpened door = (DoorOpened) valid(json).record().orElseThrow();

    assertThat(door.way()).isEqualTo(DoorOpened.Way.BELL_RUNG);
    assertThat(door.angle()).isEqualTo(0.1);
    assertThat(door.occupied()).isTrue();
    assertThat(door.weight()).isNull();
    assertThat(door.place()).isEqualTo(new DoorOpened.Place(0.5, "hall"));
  }

  @ParameterizedTest
  @CsvSource({
    "openings, 9223372036854775808",
    "openings, 1e999999999",
    "openings, 1e9999999995162473",
    "weight, 1e400",
    "weight, -1e999999999",
  })
  void numbersBeyondTheRecordsRangeAreValidButCannotBeRead(String field, String number) {
    PayloadValidation.Valid valid = valid(with(field, number));

    assertThat(valid.json()).contains(number);
    assertThat(org.assertj.core.api.Assertions.catchThrowable(valid::record))
        .isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775807, 9223372036854775807",
    "1.0, 1",
    "1e18, 1000000000000000000",
    "10e-1, 1"
  })
  void integersAreReadHoweverTheyAreWritten(String text, long value) {
    DoorOpened door = (DoorOpened) valid(with("openings", text)).record().orElseThrow();

    assertThat(door.openings()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"1e-999999999", "1e-9999999995162473", "0e9999999995162473"})
  void numbersTooSmallForADoubleAreZero(String number) {
    DoorOpened door = (DoorOpened) valid(with("angle", number)).record().orElseThrow();

    assertThat(door.angle()).isZero();
  }

  @Test
  void zeroWithAHugeExponentIsZero() {
    DoorOpened door = (DoorOpened) valid(with("angle", "0e999999999")).record().orElseThrow();

    assertThat(door.angle()).isZero();
  }

  @Test
  void exampleOfTheSchemaIsValid() {
    ObjectNode schema = CATALOG.jsonSchema("door.opened").orElseThrow();
    JsonNode example = schema.get("examples").get(0);

    assertThat(CATALOG.validatePayload("door.opened", example.toString()))
        .isInstanceOf(PayloadValidation.Valid.class);
    assertThat(example.propertyNames()).hasSameSizeAs(DoorOpened.class.getRecordComponents());
  }

  @Test
  void jsonSchemaDescribesTheDeliveredForm() {
    ObjectNode schema = CATALOG.jsonSchema("door.opened").orElseThrow();

    assertThat(schema.at("/$schema").stringValue())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    assertThat(schema.at("/$id").stringValue()).isEqualTo("urn:tocsin:payload:door.opened");
    assertThat(schema.at("/title").stringValue()).isEqualTo("DoorOpened");
    assertThat(schema.at("/description").stringValue()).isEqualTo("A door opened");
    JsonNode fields = schema.get("properties");
    assertThat(fields.get("way"))
        .hasToString(
            json("{'description':'How','type':'string','enum':['key','bell_rung','unknown']}"));
    assertThat(fields.get("closed_by"))
        .hasToString(
            json(
                "{'description':'How it was closed before','type':['string','null'],"
                    + "'enum':['key','bell_rung','unknown',null]}"));
    assertThat(fields.get("angle"))
        .hasToString(
            json(
                "{'description':'How far, in degrees','type':'number','minimum':0,'maximum':180}"));
    assertThat(fields.get("occupied"))
        .hasToString(
            json(
                "{'description':'Whether somebody is at home','type':['boolean','null'],"
                    + "'default':true}"));
    assertThat(fields.get("uses"))
        .hasToString(
            json(
                "{'description':'Uses of the keys','type':['object','null'],"
                    + "'additionalProperties':{'type':'integer'}}"));
    assertThat(fields.at("/place/$ref").stringValue()).isEqualTo("#/$defs/Place");
    assertThat(schema.at("/$defs/Place/required")).hasToString(json("['x']"));
  }

  @Test
  void writtenRecordReadsBack() {
    DoorOpened door =
        new DoorOpened(
            "b\u00fcro",
            12.25,
            7,
            true,
            new Timestamp("2026-01-09T12:00:00,5+02"),
            DoorOpened.Way.BELL_RUNG,
            List.of("ada", ""),
            new DoorOpened.Place(-1e300, null),
            List.of(new DoorOpened.Place(0, "x")),
            Map.of("deep", List.of(1, Map.of("a", true), "x")),
            Map.of("k", "v"),
            Map.of("k", Long.MIN_VALUE),
            false,
            null,
            Double.MIN_VALUE);

    WebSocketEvent event = CATALOG.createEvent(door);

    assertThat(event.payload(DoorOpened.class)).isEqualTo(door);
    assertThat(valid(event.payload().toString()).record()).contains(door);
    assertThat(event.payload().has("closed_by")).isFalse();
  }

  @Test
  void faultsBeyondTheBoundAreSaidToBeMore() {
    PayloadValidation.Invalid invalid =
        invalid(with("persons", "[" + "1,".repeat(29_999) + "1" + "]"));

    assertThat(invalid.errors())
        .hasSize(Rejection.MAX_ERRORS)
        .allSatisfy(error -> assertThat(error.path()).startsWith("/persons/"));
    assertThat(invalid.rejection().message())
        .isEqualTo(
            "Payload of door.opened: /persons/0 must be a string; was 1 (and at least 999 more)");
  }

  @Test
  void aCheckThatIsFullReadsNoFurther() {
    String items = "1,".repeat(29_999) + "1";
    StringBuilder members = new StringBuilder("\"0\":1");
    for (int i = 1; i < 9_000; i++) {
      members.append(",\"").append(i).append("\":1");
    }
    Shape list = new ListShape(new TextShape());
    Shape map = new MapShape(new TextShape());

    assertThat(readByAFullCheck(list, "[" + items + "]")).isLessThan(10_000);
    assertThat(readByAFullCheck(map, "{" + members + "}")).isLessThan(10_000);
    assertThat(readByAFullCheck(new ListShape(list), "[[" + items + "],[" + items + "]]"))
        .isLessThan(10_000);
  }

  /// How many bytes a check has read that found a thousand faults.
  private static int readByAFullCheck(Shape shape, String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    PayloadCheck check = new PayloadCheck();
    try (JsonParser parser = StrictJson.checkedParser(bytes, 0, bytes.length)) {
      parser.nextToken();
      shape.check(parser, check);
      assertThat(check.isFull()).isTrue();
      return StrictJson.tokenEnd(parser);
    }
  }

  @Test
  void faultsUnderLongNamesStaySmallTogether() {
    StringBuilder keys = new StringBuilder("{");
    for (int i = 0; i < 30; i++) {
      keys.append(i == 0 ? "" : ",")
          .append('"')
          .append(i)
          .append("k".repeat(30_000))
          .append("\":1");
    }

    PayloadValidation.Invalid invalid = invalid(with("keys", keys.append('}').toString()));

    assertThat(invalid.errors().stream().mapToInt(e -> e.path().length()).sum())
        .isBetween(30_000, 300_000);
    assertThat(invalid.rejection().message())
        .hasSizeLessThan(300)
        .endsWith("(and at least 8 more)");
  }

  record Wide(@Doc("x") double width) {}

  record Many(@Doc("x") @Nullable Integer count) {}

  record Widths(@Doc("x") List<Double> widths) {}

  record Keys(@Doc("x") Map<String, Long> uses) {}

  record Lock(@Doc("x") Map<String, Object> state) {}

  record Outer(@Doc("x") Wide inner) {}

  record Usual(@Doc("x") @Default("2") long count) {}

  record NoNumber(@Doc(value = "x", example = "wide") double width) {}

  record NoInteger(@Doc(value = "x", example = "2.5") Optional<Long> count) {}

  record NoList(@Doc(value = "x", example = "2.5") List<Double> widths) {}

  record NoMap(@Doc(value = "x", example = "[]") Map<String, Long> uses) {}

  record NoJson(@Doc(value = "x", example = "{") Map<String, Object> state) {}

  @Test
  void aComponentThatCannotShowAnExampleIsRefusedWhenTheSchemaIsMade() {
    assertNoExample(Wide.class, "Wide.width needs an example: @Doc(value = …, example = \"2.5\")");
    assertNoExample(Many.class, "Many.count needs an example: @Doc(value = …, example = \"7\")");
    assertNoExample(
        Widths.class, "Widths.widths needs an example: @Doc(value = …, example = \"[2.5]\")");
    assertNoExample(Keys.class, "Keys.uses needs an example: @Doc(value = …, example = \"{}\")");
    assertNoExample(Lock.class, "Lock.state needs an example: @Doc(value = …, example = \"{}\")");
    assertNoExample(Outer.class, "Wide.width needs an example");
    assertNoExample(
        NoNumber.class, "NoNumber.width has the example \"wide\", which is not a number");
    assertNoExample(
        NoInteger.class, "NoInteger.count has the example \"2.5\", which is not an integer");
    assertNoExample(NoList.class, "NoList.widths has the example \"2.5\", which is not an array");
    assertNoExample(NoMap.class, "NoMap.uses has the example \"[]\", which is not an object");
    assertNoExample(NoJson.class, "NoJson.state has the example \"{\", which is not an object");
    assertThat(PayloadSchema.of(Usual.class).jsonSchema("a.b", "x").toString())
        .contains("\"default\":2");
  }

  private static void assertNoExample(Class<? extends Record> type, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PayloadSchema.of(type))
        .withMessageContaining(why);
  }

  record Undocumented(String name) {}

  record Unsupported(@Doc("x") java.time.LocalDateTime at) {}

  record OptionalTwice(@Doc("x") @Default("\"x\"") Optional<String> at) {}

  record UpperCased(@Doc("x") Shout shout) {}

  enum Shout implements WireNamed {
    LOUD;

    @Override
    public String wireName() {
      return "LOUD";
    }
  }

  record Raw(@Doc("x") List<?> list) {}

  record Ring(@Doc("x") @Nullable Ring next) {}

  record Around(@Doc("x") List<Inner> inner) {}

  record Inner(@Doc("x") Map<String, Around> around) {}

  record Numbered(@Doc(value = "x", example = "{}") Map<Integer, String> names) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        Undocumented.class,
        Unsupported.class,
        Raw.class,
        OptionalTwice.class,
        Ring.class,
        Numbered.class
      })
  void recordsThatCannotBeDescribedAreRefused(Class<? extends Record> type) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PayloadSchema.of(type))
        .withMessageContaining(type.getSimpleName());
  }

  @Test
  void recordInsideItselfByAnotherIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PayloadSchema.of(Around.class))
        .withMessageContaining("Around contains itself");
  }

  record Far(@Doc(value = "x", example = "7") @Range(min = -1e19, max = 1e20) long distance) {}

  @Test
  void boundsBeyondALongAreDescribed() {
    ObjectNode distance =
        (ObjectNode)
            PayloadSchema.of(Far.class).jsonSchema("far.away", "x").at("/properties/distance");

    assertThat(distance.get("minimum")).hasToString("-10000000000000000000");
    assertThat(distance.get("maximum")).hasToString("100000000000000000000");
  }

  @Test
  void wireNamesAreInLowerCase() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PayloadSchema.of(UpperCased.class))
        .withMessageContaining("LOUD");
  }

  record Moment(@Doc("x") java.time.ZonedDateTime value) {}

  record Small(@Doc("x") short value) {}

  record Exact(@Doc("x") java.math.BigDecimal value) {}

  @SuppressWarnings("ArrayRecordComponent") // it is refused
  record Items(@Doc("x") String[] value) {}

  record Several(@Doc("x") java.util.Set<String> value) {}

  record Perhaps(@Doc("x") java.util.OptionalLong value) {}

  record Anything(@Doc("x") Object value) {}

  @ParameterizedTest
  @CsvSource({
    "Moment, Instant",
    "Small, int or long",
    "Exact, double",
    "Items, List",
    "Several, List",
    "Perhaps, Optional<Long>",
    "Anything, Map",
  })
  void whatIsNotSupportedSaysWhatToUse(String record, String instead) throws Exception {
    Class<? extends Record> type =
        Class.forName(getClass().getName() + '$' + record).asSubclass(Record.class);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> PayloadSchema.of(type))
        .withMessageContaining("value is of the type")
        .withMessageContaining("use")
        .withMessageContaining(instead);
  }

  enum Side implements WireNamed {
    LEFT,
    RIGHT;

    @Override
    public String wireName() {
      return "side_" + name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  record Everyday(
      @Doc(value = "x", example = "7") @Range(min = 1) int count,
      @Doc(value = "x", example = "7") @Nullable Integer more,
      @Doc("x") Instant at,
      @Doc("x") UUID id,
      @Doc(value = "x", example = "n") Optional<String> note,
      @Doc(value = "x", example = "8") Optional<Long> size,
      @Doc("x") Side side) {}

  @Test
  void everydayTypesWork() {
    EventCatalog catalog =
        EventCatalog.builtIn()
            .with(EventType.of("every.day", "days", "x", PayloadSchema.of(Everyday.class)));
    Everyday full =
        new Everyday(
            3,
            4,
            Instant.parse("2026-01-09T12:00:00.123456Z"),
            UUID.fromString("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            Optional.of("x"),
            Optional.of(5L),
            Side.RIGHT);
    Everyday bare =
        new Everyday(3, null, full.at, full.id, Optional.empty(), Optional.empty(), Side.LEFT);

    assertThat(catalog.createEvent(full).payload(Everyday.class)).isEqualTo(full);
    assertThat(catalog.createEvent(bare).payload(Everyday.class)).isEqualTo(bare);
    assertThat(catalog.createEvent(full).payload().get("side").stringValue())
        .isEqualTo("side_right");
    assertThat(catalog.createEvent(bare).payload().propertyNames())
        .containsExactly("count", "at", "id", "side");
    assertThat(catalog.requiredPayloadFields("every.day"))
        .containsExactly("count", "at", "id", "side");
    assertThat(
            ((PayloadValidation.Invalid)
                    catalog.validatePayload(
                        "every.day",
                        "{\"count\":0,\"more\":1.5,\"at\":\"noon\","
                            + "\"id\":\"g81d4fae-7dec-11d0-a765-00a0c91e6bf6\",\"note\":7,"
                            + "\"size\":null,\"side\":\"left\"}"))
                .errors())
        .extracting(PayloadError::path, PayloadError::code)
        .containsExactly(
            tuple("/count", "minimum"),
            tuple("/more", "type"),
            tuple("/at", "format"),
            tuple("/id", "format"),
            tuple("/note", "type"),
            tuple("/side", "enum"));
    String example =
        catalog.jsonSchema("every.day").orElseThrow().get("examples").get(0).toString();
    assertThat(catalog.validatePayload("every.day", example))
        .isInstanceOf(PayloadValidation.Valid.class);
  }

  private static List<PayloadError> errors(String json) {
    return invalid(json).errors();
  }

  private static PayloadValidation.Invalid invalid(String json) {
    return (PayloadValidation.Invalid) CATALOG.validatePayload("door.opened", json);
  }

  private static PayloadValidation.Valid valid(String json) {
    PayloadValidation validation = CATALOG.validatePayload("door.opened", json);
    assertThat(validation).isInstanceOf(PayloadValidation.Valid.class);
    return (PayloadValidation.Valid) validation;
  }

  /// The valid payload with one field set to a JSON text, which stands there as it is.
  private static String with(String field, String value) {
    ObjectNode payload = (ObjectNode) Json.literal(VALID);
    payload.put(field, "\u0001");
    return payload.toString().replace("\"\\u0001\"", value);
  }

  private static String json(String singleQuoted) {
    return singleQuoted.replace('\'', '"');
  }
}
