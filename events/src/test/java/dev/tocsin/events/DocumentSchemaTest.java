package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentSchemaTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"string\"} | 7 | type | must be a string; was 7",
        "{\"type\":\"integer\"} | 1.5 | type | must be an integer; was 1.5",
        "{\"type\":\"number\"} | \"7\" | type | must be a number; was \"7\"",
        "{\"type\":[\"boolean\",\"null\"]} | 0 | type | must be true or false or null; was 0",
        "{\"type\":\"array\"} | {} | type | must be an array; was an object",
        "{\"enum\":[\"a\",1,null]} | \"b\" | enum | must be one of a, 1, null; was \"b\"",
        "{\"const\":\"a\"} | \"A\" | const | must be \"a\"; was \"A\"",
        "{\"minimum\":1.5} | 1 | minimum | must be at least 1.5; was 1",
        "{\"maximum\":1} | 1.0001 | maximum | must be at most 1; was 1.0001",
        "{\"exclusiveMinimum\":0} | 0.0 | exclusiveMinimum | must be greater than 0; was 0",
        "{\"exclusiveMaximum\":1e2} | 100 | exclusiveMaximum | must be less than 100; was 100",
        "{\"multipleOf\":0.01} | 0.015 | multipleOf | must be a multiple of 0.01; was 0.015",
        "{\"minLength\":2} | \"\u20ac\" | minLength"
            + " | must have at least 2 characters; was \"\u20ac\"",
        "{\"maxLength\":1} | \"ab\" | maxLength | must have at most 1 characters; was \"ab\"",
        "{\"pattern\":\"^a+$\"} | \"b\" | pattern | must match the pattern \"^a+$\"; was \"b\"",
        "{\"format\":\"email\"} | \"x\" | format | must be of the format \"email\"; was \"x\"",
        "{\"minItems\":1} | [] | minItems | must have at least 1 items",
        "{\"maxItems\":1} | [1,2] | maxItems | must have at most 1 items",
        "{\"uniqueItems\":true} | [1,1.0,1] | uniqueItems | must not have the same item twice",
        "{\"contains\":{\"type\":\"string\"}} | [1] | contains"
            + " | must have an item of the kind that the schema asks for",
        "{\"contains\":{\"const\":1},\"minContains\":2} | [1,2] | minContains"
            + " | must have at least 2 items of the kind that the schema asks for",
        "{\"contains\":{\"const\":1},\"maxContains\":1} | [1,2,1] | maxContains"
            + " | must have at most 1 items of the kind that the schema asks for",
        "{\"oneOf\":[{\"type\":\"string\"},{\"minLength\":1}]} | \"a\" | oneOf"
            + " | must fit exactly one of the schema's alternatives, and fits 2",
        "{\"minProperties\":1} | {} | minProperties | must have at least 1 fields",
        "{\"maxProperties\":0} | {\"a\":1} | maxProperties | must have at most 0 fields",
        "{\"not\":{\"type\":\"null\"}} | null | not | must not be what the schema excludes; was"
            + " null",
        "false | 1 | not | must not be there",
      })
  void faultOfAValueHasItsKeywordAsCode(String schema, String value, String code, String message)
      throws IOException {
    assertThat(errors("\"properties\":{\"p\":" + schema + "}", "{\"p\":" + value + "}"))
        .containsExactly(new PayloadError("/p", code, message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"required\":[\"a/b\"] | {} | /a~1b | required | a/b is required",
        "\"required\":[\"a\\nb\"] | {} | `/a\nb` | required | `a\nb is required`",
        "\"dependentRequired\":{\"a\":[\"b\"]} | {\"a\":1} | /b | dependentRequired"
            + " | b is required beside a",
        "\"additionalProperties\":false | {\"x~y\":1} | /x~0y | additionalProperties"
            + " | is not a field of this object",
        "\"unevaluatedProperties\":false | {\"x\":1} | /x | unevaluatedProperties"
            + " | is not a field of this object",
        "\"propertyNames\":{\"maxLength\":1} | {\"xy\":1} | /xy | propertyNames"
            + " | is not an allowed name",
        "\"properties\":{\"l\":{\"items\":{\"required\":[\"a\"]}}} | {\"l\":[{\"a\":1},{}]} |"
            + " /l/1/a | required | a is required",
        "\"properties\":{\"l\":{\"prefixItems\":[true],\"unevaluatedItems\":false}}"
            + " | {\"l\":[1,2]} | /l/1 | unevaluatedItems | is not an item of this array",
        "\"properties\":{\"l\":{\"prefixItems\":[true],\"items\":false}}"
            + " | {\"l\":[1,2]} | /l/1 | items | is not an item of this array",
        "\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]} | {\"a\":1} | /b | required"
            + " | b is required",
        "\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}} | {\"a\":1} | /b | required"
            + " | b is required",
      })
  void faultOfAFieldNamesTheField(
      String keywords, String payload, String path, String code, String message)
      throws IOException {
    assertThat(errors(keywords, payload)).containsExactly(new PayloadError(path, code, message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"anyOf\":[{\"enum\":[\"a\",\"b\"]},{\"type\":\"null\"}]}",
        "{\"oneOf\":[{\"enum\":[\"a\",\"b\"]},{\"type\":\"null\"}]}",
        "{\"oneOf\":[{\"type\":\"null\"},{\"anyOf\":[{\"enum\":[\"a\",\"b\"]}]}]}",
      })
  void nullAmongTheAlternativesIsNotHeldAgainstAWrongValue(String schema) throws IOException {
    assertThat(errors("\"properties\":{\"p\":" + schema + "}", "{\"p\":\"c\"}"))
        .containsExactly(new PayloadError("/p", "enum", "must be one of a, b; was \"c\""));
  }

  @Test
  void nullAmongTheAlternativesCountsWhereItIsTheOnlyFault() throws IOException {
    assertThat(errors("\"properties\":{\"p\":{\"anyOf\":[{\"type\":\"null\"}]}}", "{\"p\":1}"))
        .containsExactly(new PayloadError("/p", "type", "must be null; was 1"));
    assertThat(
            errors(
                "\"properties\":{\"p\":{\"items\":{\"anyOf\":[{\"type\":\"null\"},{\"minLength\":2}]}}}",
                "{\"p\":[\"a\",\"bc\"]}"))
        .extracting(PayloadError::path)
        .containsExactly("/p/0");
  }

  @Test
  void moreThanOneAlternativeIsAFaultOfOneOf() throws IOException {
    assertThat(
            errors(
                "\"properties\":{\"p\":{\"oneOf\":[{\"minimum\":1},{\"maximum\":5}]}}",
                "{\"p\":3}"))
        .singleElement()
        .satisfies(error -> assertThat(error.code()).isEqualTo("oneOf"));
  }

  // Enums.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ \"p\" : \"A\" , \"q\":\"A\" }|{ \"p\" : \"a\" , \"q\":\"A\" }",
        "{\"p\":\"\\u0041\"}|{\"p\":\"a\"}",
        "{\"p\":\"\\u0061\"}|{\"p\":\"\\u0061\"}",
        "{\"n\":1.10,\"p\":\"B-\u00c9\",\"m\":1e2}|{\"n\":1.10,\"p\":\"b-\u00e9\",\"m\":1e2}",
        "{\"p\":\"Mixed\"}|{\"p\":\"Mixed\"}",
        "{\"list\":[\"B-\u00c9\",\"a\",\"A\"],\"p\":\"A\"}|{\"list\":[\"b-\u00e9\",\"a\",\"a\"],\"p\":\"a\"}",
        "{\"maybe\":\"A\"}|{\"maybe\":\"a\"}",
        "{\"maybe\":null}|{\"maybe\":null}",
        "{\"kind\":\"X\",\"sub\":\"Y\"}|{\"kind\":\"x\",\"sub\":\"y\"}",
        "{\"text\":\"A\"}|{\"text\":\"A\"}",
        "{\"quoted\":\"\\\"A\\\" \\\\ \\n/\"}|{\"quoted\":\"\\\"a\\\" \\\\ \\n/\"}",
      })
  void enumValuesAreLowerCasedAndNothingElseIsTouched(String payload, String delivered)
      throws IOException {
    String schema =
        """
        "properties": {
          "p": {"enum": ["a", "b-\u00e9", "Mixed"]},
          "list": {"type": "array", "items": {"enum": ["a", "b-\u00e9"]}},
          "maybe": {"anyOf": [{"enum": ["a"]}, {"type": "null"}]},
          "kind": {"enum": ["w", "x"]},
          "text": {"anyOf": [{"enum": ["a"]}, {"type": "string"}]},
          "quoted": {"enum": ["\\"a\\" \\\\ \\n/"]}},
        "if": {"required": ["kind"], "properties": {"kind": {"const": "x"}}},
        "then": {"properties": {"sub": {"enum": ["y"]}}}
        """;

    assertThat(validate(schema, payload))
        .isInstanceOfSatisfying(
            PayloadValidation.Valid.class, valid -> assertThat(valid.json()).isEqualTo(delivered));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"MIXED\"", "\"mixed\"", "\"a \"", "[\"A\"]", "1"})
  void valueWhoseLowerCaseFormIsNoneEitherIsRefused(String value) throws IOException {
    assertThat(
            errors("\"properties\":{\"p\":{\"enum\":[\"a\",\"Mixed\"]}}", "{\"p\":" + value + "}"))
        .extracting(PayloadError::code)
        .containsExactly("enum");
  }

  @Test
  void faultsAreThoseOfTheLowerCasedPayload() throws IOException {
    String schema =
        "\"properties\":{\"p\":{\"enum\":[\"a\"]},\"n\":{\"type\":\"integer\"},\"z\":{\"enum\":[\"q\"]}}";

    assertThat(errors(schema, "{\"p\":\"A\",\"n\":\"1\",\"z\":\"R\"}"))
        .extracting(PayloadError::path)
        .containsExactlyInAnyOrder("/n", "/z");
  }

  @Test
  void namesOfFieldsHaveNoOtherCase() throws IOException {
    assertThat(errors("\"propertyNames\":{\"enum\":[\"a\"]}", "{\"A\":1}"))
        .extracting(PayloadError::path)
        .containsExactly("/A");
  }

  // Numbers.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"integer\"} | 1.0 | true",
        "{\"type\":\"integer\"} | 1e2 | true",
        "{\"type\":\"integer\"} | 1e999999999 | true",
        "{\"type\":\"integer\"} | 1e-999999999 | false",
        "{\"type\":[\"integer\",\"string\"],\"minimum\":0} | -0.5 | false",
        "{\"type\":[\"integer\",\"number\"],\"minimum\":0} | -0.5 | false",
        "{\"type\":\"integer\",\"maximum\":9007199254740993} | 9007199254740993 | true",
        "{\"type\":\"integer\",\"maximum\":9007199254740993} | 9007199254740994 | false",
        "{\"maximum\":9007199254740993} | 9007199254740993.5 | false",
        "{\"type\":\"integer\",\"maximum\":9223372036854775807} | 9223372036854775808 | false",
        "{\"multipleOf\":2} | 9007199254740993 | false",
        "{\"multipleOf\":0.01} | 19.99 | true",
        "{\"multipleOf\":0.0001} | 1e999999999 | true",
        "{\"maximum\":1e308} | 1e999999999 | false",
        "{\"minimum\":0} | -1e-999999999 | false",
        "{\"const\":1} | 1.0 | true",
        "{\"const\":{\"a\":[1]}} | {\"a\":[1.00]} | true",
        "{\"enum\":[100]} | 1e2 | true",
        "{\"enum\":[{\"a\":1}]} | {\"a\":1.0} | true",
        "{\"enum\":[0]} | -0.0 | true",
        "{\"uniqueItems\":true} | [{\"a\":1,\"b\":2},{\"b\":2.0,\"a\":1}] | false",
        "{\"maxLength\":2.0} | \"abc\" | false",
        "{\"maxItems\":1e99} | [1] | true",
        "{\"maxLength\":1} | \"\ud83d\ude00\" | true",
      })
  void numbersAreExactHoweverTheyAreWritten(String schema, String value, boolean valid)
      throws IOException {
    assertThat(
            validate("\"properties\":{\"p\":" + schema + "}", "{\"p\":" + value + "}")
                instanceof PayloadValidation.Valid)
        .isEqualTo(valid);
  }

  // Formats.

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "date-time | 2026-01-09T12:00:00Z | 2026-01-09T12:00:00",
        "date-time | 1990-12-31T15:59:60-08:00 | 2016-12-31T23:59:60+01:00",
        "date-time | 1990-12-31t23:59:60.5z | 2015-03-03T23:59:60Z",
        "date-time | 2015-02-28T23:59:60Z | 2015-02-28T22:59:60Z",
        "date | 2026-02-28 | 2026-02-30",
        "time | 15:59:60-08:00 | 23:59:60+01:00",
        "time | 12:00:00Z | 25:00:00Z",
        "duration | P1DT2H | 1 day",
        "email | ada@example.com | ada.example.com",
        "email | ada@hub.lan | ada@-hub.lan",
        "email | ada@x.y.z | ada.@x.y.z",
        "email | ada+a/b@camera-1.internal | ada@camera_1.internal",
        "email | ada@[127.0.0.1] | ada@[127.0.0.300]",
        "email | a@b | b@a, a@b",
        "idn-email | \u00e4da@k\u00fcche.lan | \u00e4da@k\u00fcche-.lan",
        "hostname | a-b.example.com | -a.example.com",
        "ipv4 | 127.0.0.1 | 256.0.0.1",
        "ipv6 | ::1 | :::1",
        "uri | https://example.com/a?b#c | /relative",
        "uri-reference | /relative#x | a b",
        "uri-template | /a/{b}/{+c,d:3,e*}%20 | /a/{b",
        "uuid | 123e4567-e89b-12d3-a456-426614174000 | 123e4567",
        "regex | ^a+$ | (a",
        "json-pointer | /a/~0b~1/ | a/b",
        "json-pointer | `` | /~2",
        "relative-json-pointer | 1/a | -1/a",
        "relative-json-pointer | 0# | 01",
      })
  void formatIsAsserted(String format, String good, String bad) throws IOException {
    String schema = "\"properties\":{\"p\":{\"format\":\"" + format + "\"}}";

    assertThat(validate(schema, "{\"p\":\"" + good + "\",\"q\":1}"))
        .isInstanceOf(PayloadValidation.Valid.class);
    assertThat(validate(schema, "{\"p\":7}")).isInstanceOf(PayloadValidation.Valid.class);
    assertThat(errors(schema, "{\"p\":\"" + bad + "\"}"))
        .containsExactly(
            new PayloadError(
                "/p", "format", "must be of the format \"" + format + "\"; was \"" + bad + "\""));
  }

  @Test
  void formatThatIsNotKnownAssertsNothing() throws IOException {
    assertThat(validate("\"properties\":{\"p\":{\"format\":\"nonsense\"}}", "{\"p\":\"x\"}"))
        .isInstanceOf(PayloadValidation.Valid.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"readOnly\":true",
        "\"writeOnly\":true",
        "\"contentEncoding\":\"base64\"",
        "\"contentMediaType\":\"application/json\"",
        "\"dependencies\":{\"p\":[\"x\"]}",
        "\"notAllowed\":[\"p\"]",
        "\"nullable\":false",
        "\"deprecated\":true",
        "\"minContains\":5",
        "\"x-whatever\":{\"type\":\"string\"}",
      })
  void keywordsThatAssertNothingIn202012AssertNothingHere(String keyword) throws IOException {
    assertThat(
            validate(
                keyword + ",\"properties\":{\"p\":{" + keyword + "}}", "{\"p\":\"not base64!\"}"))
        .isInstanceOf(PayloadValidation.Valid.class);
  }

  // Bounds.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hostname",
        "uri-template",
        "json-pointer",
        "email",
        "idn-hostname",
        "regex",
        "uri"
      })
  void longTextsOfAFormatAreCheckedWithoutAStackAsDeep(String format) throws Exception {
    EventCatalog catalog = catalog("\"properties\":{\"p\":{\"format\":\"" + format + "\"}}");
    String[] texts = {"a.", "/", "(", "((a{1000}){1000}){1000}", "{a}", "a@"};
    Throwable[] thrown = new Throwable[1];

    Thread small =
        new Thread(
            null,
            () -> {
              for (String text : texts) {
                for (int length : new int[] {1_000, 60_000}) {
                  String long_ = text.repeat(length / text.length());
                  catalog.validatePayload("a.b", "{\"p\":\"" + long_ + "\"}");
                }
              }
            },
            "small stack",
            384 * 1024);
    small.setUncaughtExceptionHandler((thread, e) -> thrown[0] = e);
    small.start();
    small.join(20_000);

    assertThat(small.isAlive()).isFalse();
    assertThat(thrown[0]).isNull();
  }

  @Test
  void nothingThatFitsIntoAMessageIsExpensive() throws IOException {
    EventCatalog strings = catalog("\"properties\":{\"p\":{\"items\":{\"type\":\"string\"}}}");
    EventCatalog enums = catalog("\"properties\":{\"p\":{\"items\":{\"enum\":[\"a\",null]}}}");
    EventCatalog numbers =
        catalog("\"properties\":{\"p\":{\"items\":{\"multipleOf\":0.7,\"maximum\":1e9}}}");

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          String list = "{\"p\":[" + "1,".repeat(29_999) + "1]}";
          PayloadValidation.Invalid invalid =
              (PayloadValidation.Invalid) strings.validatePayload("a.b", list);
          assertThat(invalid.errors()).hasSize(Rejection.MAX_ERRORS);
          assertThat(invalid.rejection().message()).endsWith("(and at least 999 more)");
          assertThat(enums.validatePayload("a.b", "{\"p\":[" + "\"A\",".repeat(15_000) + "\"A\"]}"))
              .isInstanceOf(PayloadValidation.Valid.class);
          for (String number :
              List.of("9".repeat(60_000), "1e999999999", "0." + "0".repeat(60_000) + "1")) {
            numbers.validatePayload("a.b", "{\"p\":[" + number + "]}");
          }
        });
  }

  @Test
  void payloadThatWouldTakeForeverIsRefusedAsTooComplex() throws IOException {
    EventCatalog catalog =
        catalog("\"additionalProperties\":{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}");

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThat(
                    ((PayloadValidation.Invalid)
                            catalog.validatePayload(
                                "a.b", "{\"a\":".repeat(60) + "1" + "}".repeat(60)))
                        .errors())
                .containsExactly(
                    new PayloadError(
                        "",
                        "too_complex",
                        "takes too many steps to be checked against its schema")));
  }

  // As part of an event.

  @Test
  void eventOfAFolderTypeTakesTheSamePath() throws IOException {
    EventEncoder encoder =
        new EventEncoder(
            catalog("\"properties\":{\"p\":{\"enum\":[\"on\",\"off\"]}},\"required\":[\"p\"]"),
            InstantSource.fixed(Instant.parse("2026-01-09T12:00:00Z")));

    assertThat(encode(encoder, "{\"payload\": {\"x\":1.10, \"p\" :\"ON\"},\"type\":\"a.b\"}"))
        .hasToString(
            "{\"type\":\"a.b\",\"payload\":{\"x\":1.10, \"p\" :\"on\"},"
                + "\"timestamp\":\"2026-01-09T12:00:00Z\",\"channel\":\"a\"}");
    assertThat(encode(encoder, "{\"type\":\"a.b\",\"payload\":{}}"))
        .isEqualTo(
            new Rejection(
                ErrorCode.INVALID_PAYLOAD,
                "Payload of a.b: /p p is required",
                List.of(new PayloadError("/p", "required", "p is required"))));
  }

  private static EncodingResult encode(EventEncoder encoder, String json) {
    return encoder.encode(("??" + json).getBytes(StandardCharsets.UTF_8), 2, json.length());
  }

  private EventCatalog catalog(String keywords) throws IOException {
    Files.writeString(
        folder.resolve("a.schema.json"),
        "{\"x-tocsin-type\":\"a.b\",\"type\":\"object\"," + keywords + "}");
    CatalogFolder.Loading loading = CatalogFolder.load(folder);
    assertThat(loading).isInstanceOf(CatalogFolder.Loaded.class);
    return ((CatalogFolder.Loaded) loading).catalog();
  }

  private PayloadValidation validate(String keywords, String payload) throws IOException {
    return catalog(keywords).validatePayload("a.b", payload);
  }

  private List<PayloadError> errors(String keywords, String payload) throws IOException {
    PayloadValidation validation = validate(keywords, payload);
    assertThat(validation).isInstanceOf(PayloadValidation.Invalid.class);
    return ((PayloadValidation.Invalid) validation).errors();
  }
}
