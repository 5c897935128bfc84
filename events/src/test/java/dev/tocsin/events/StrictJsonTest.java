package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// After the manner of JSONTestSuite: what has to be taken, and what has to be refused.
class StrictJsonTest {

  private static final Rejection NO_OBJECT =
      new Rejection(ErrorCode.INVALID_MESSAGE, "An event is a JSON object");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-0.0e-0",
        "1E+2",
        "1e22",
        "0.1",
        "123123e100000",
        "1e999999999",
        "-1e-999999999",
        "\"\"",
        "\"a\"",
        " \t\r\n[ 1 , 2 ]\r\n",
        "[[],{}]",
        "{\"\":0}",
        "{\"a\":{\"a\":1},\"b\":{\"a\":2}}",
        "[{\"a\":1},{\"a\":1}]",
        "{\"a\":1,\"A\":2}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\"",
        "\"\\u00e9\\u20AC\"",
        "\"\\uD834\\udd1e\"",
        "\"\\\\ud800\"",
        "\"\\\\\\\\ud800\"",
        "\"\u00e9\u20ac\ud834\udd1e\"",
        "\"\u007f\"",
        "\"\u2028\u2029\"",
        "\"\uffff\"",
        "\"\udbff\udfff\"",
        "\"/* no comment */\"",
        "{\"a\":[1.5,true,null,\"x\",{\"b\":[]}]}",
      })
  void soundJsonIsTaken(String json) {
    assertThat(StrictJson.check(utf8(json))).isNull();
    assertThat(EventEncoder.syntaxFault("{\"a\":" + json + "}")).isNull();
    assertThat(EventEncoder.syntaxFault(json)).isEqualTo(json.startsWith("{") ? null : NO_OBJECT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1,,2]",
        "[1 2]",
        "[1}",
        "{\"a\":1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\" 1}",
        "{\"a\"::1}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1}}",
        "{} {}",
        "{}x",
        "{},",
        "1 2",
        "1,",
        "nul",
        "NULL",
        "True",
        "truex",
        "nullnull",
        "NaN",
        "[NaN]",
        "Infinity",
        "[-Infinity]",
        "+1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "-.5",
        "-",
        "1e",
        "1e+",
        "1eE2",
        "1.2.3",
        "0x1F",
        "1_000",
        "1f",
        "\u0661",
        "\"a",
        "\"a\\\"",
        "\"\\",
        "\"\\x41\"",
        "\"\\a\"",
        "\"\\'\"",
        "\"\\u12\"",
        "\"\\u12G4\"",
        "\"\\U0041\"",
        "'a'",
        "\"a\tb\"",
        "\"a\nb\"",
        "\"\u0000\"",
        "\"\u001f\"",
        "\u001e1",
        "// a\n1",
        "1 // a",
        "/* a */ 1",
        "# a\n1",
        "\u00a01",
        "\u000c1",
        "\ufeff1",
        "\u0000",
        "1\u0000",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800x\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud800\\\\udc00\"",
        "\"\\\\\\ud800\"",
        "{\"\\udead\":1}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"c\":3,\"a\":4}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\":1,\"\":2}",
        "[[{\"x\":{\"a\":1,\"a\":2}}]]",
        "*",
        "a",
        "\u00e9",
        "<a/>",
      })
  void everythingElseIsInvalidJson(String json) {
    Rejection fault = StrictJson.check(utf8(json));

    assertThat(fault).isNotNull();
    assertThat(EventEncoder.syntaxFault(utf8(json))).isEqualTo(fault);
    assertThat(EventEncoder.syntaxFault("{\"a\":" + json + "}")).isNotNull();
    assertThat(fault.code()).isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(fault.message())
        .doesNotContain("Source", "REDACTED", "Feature", "jackson", "`", "\n", "JSON String")
        .doesNotContain("nable")
        .hasSizeLessThan(260);
  }

  static Stream<byte[]> badBytes() {
    return Stream.of(
        bytes('"', 0xFF, '"'),
        bytes('"', 0xC0, 0x80, '"'), // overlong NUL
        bytes('"', 0xC1, 0xBF, '"'),
        bytes('"', 0xE0, 0x80, 0xAF, '"'), // overlong slash
        bytes('"', 0xF0, 0x80, 0x80, 0xAF, '"'),
        bytes('"', 0xED, 0xA0, 0x80, '"'), // a raw surrogate
        bytes('"', 0xED, 0xBF, 0xBF, '"'),
        bytes('"', 0xF4, 0x90, 0x80, 0x80, '"'), // beyond Unicode
        bytes('"', 0xF5, 0x80, 0x80, 0x80, '"'),
        bytes('"', 0x80, '"'), // a lone continuation
        bytes('"', 0xC3, '"'), // cut
        bytes('"', 0xE2, 0x82, '"'),
        bytes('"', 0xF0, 0x9D, 0x84, '"'),
        bytes('"', 0xC3),
        bytes(0xE2, 0x82),
        bytes(0xFE, 0xFF, 0, '1'), // UTF-16 with its mark
        bytes(0xFF, 0xFE, '1', 0),
        bytes(0, '1'), // UTF-16 without
        bytes('1', 0),
        bytes('[', 0, ']', 0),
        bytes(0, 0, 0, '1'), // UTF-32
        bytes('1', 0, 0, 0),
        bytes(0xEF, 0xBB, 0xBF, '1'));
  }

  @ParameterizedTest
  @MethodSource("badBytes")
  void bytesThatAreNoUtf8AreInvalidJson(byte[] json) {
    Rejection fault = JsonText.check(json, 0, json.length);

    assertThat(fault).isNotNull().isEqualTo(StrictJson.check(json));
    assertThat(fault.code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  @ParameterizedTest
  @ValueSource(ints = {0xC280, 0xDFBF, 0xE0A080, 0xED9FBF, 0xEE8080, 0xEFBFBF})
  void bytesAtTheEdgesOfUtf8AreTaken(int sequence) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    json.write('"');
    for (int shift = sequence > 0xFFFF ? 16 : 8; shift >= 0; shift -= 8) {
      json.write(sequence >> shift);
    }
    json.write('"');

    assertThat(StrictJson.check(json.toByteArray())).isNull();
  }

  @Test
  void sixtyFourLevelsAreTakenAndOneMoreIsNot() {
    assertThat(StrictJson.check(utf8("[".repeat(64) + "]".repeat(64)))).isNull();
    assertThat(StrictJson.check(utf8("{\"a\":".repeat(64) + "1" + "}".repeat(64)))).isNull();

    assertThat(StrictJson.check(utf8("[".repeat(65) + "]".repeat(65))))
        .isEqualTo(
            new Rejection(ErrorCode.INVALID_JSON, "The JSON is nested deeper than 64 levels"));
    assertThat(StrictJson.check(utf8("{\"a\":".repeat(65) + "1" + "}".repeat(65)))).isNotNull();
    assertThat(StrictJson.check(utf8("[".repeat(64_000)))).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1,}| Not valid JSON: There is '}' where a name in double quotes is expected (line"
            + " 1, column 8)",
        "{\"a\" 1}| Not valid JSON: There is '1' where a colon is expected (line 1, column 6)",
        "[1 2]| Not valid JSON: There is '2' where a comma or ']' is expected (line 1, column 4)",
        "[1}| Not valid JSON: There is '}' where ']' is expected (line 1, column 3)",
        "}| Not valid JSON: There is '}' where nothing is open (line 1, column 1)",
        "[01]| Not valid JSON: A number has no leading zeros (line 1, column 3)",
        "[1.]| Not valid JSON: There is ']' where a digit is expected (line 1, column 4)",
        "[0x1]| Not valid JSON: There is 'x' out of place (line 1, column 3)",
        "// a| Not valid JSON: There is '/' where a value is expected (line 1, column 1)",
        "[\"a\\x\"]| Not valid JSON: There is no escape \\x (line 1, column 5)",
        "{\"é\":nul}| Not valid JSON: There is no JSON value 'nul' (line 1, column 6)",
        "{\"a\":1,\"a\":2}| Not valid JSON: The name \"a\" is there twice (line 1, column 11)",
        "[1,2| Not valid JSON: It ends too early (line 1, column 5)",
        "[NaN]| Not valid JSON: There is no JSON value 'NaN' (line 1, column 5)",
        "\"\\ud800\"| An escape is half of a surrogate pair (line 1, column 2)",
        "1 2| Not valid JSON: There is more after the end of the JSON value (line 1, column 4)",
      })
  void messageIsOneSentenceWithItsPlace(String json, String message) {
    assertThat(StrictJson.check(utf8(json)).message()).isEqualTo(message);
  }

  /// Whatever is wrong, nobody is told to enable a feature of a library.
  @Property(tries = 20_000)
  void sentencesAreOurOwn(
      @ForAll @IntRange(max = 1_000) int where,
      @ForAll char what,
      @ForAll @IntRange(max = 3) int how) {
    StringBuilder json =
        new StringBuilder("{\"type\":\"a.b\",\"n\":[-1.5e3,0,true,null,{}],\"t\":\"\\u00e9\"}");
    int at = where % json.length();
    char changed =
        how % 2 == 0 ? "{}[]:,\"\\'+-.0eEtfnuxNI/*#\u001e\n\t\u0001".charAt(what % 28) : what;
    if (how < 2) {
      json.setCharAt(at, changed);
    } else {
      json.insert(at, changed);
    }

    Rejection fault = StrictJson.check(utf8(json.toString()));

    if (fault != null) {
      // What it quotes of the text may be anything.
      assertThat(fault.message().replace("'`'", "").replace("no escape \\`", ""))
          .doesNotContain("nable", "eature", "ackson", "`", "JSON String", "(code", "CTRL")
          .matches("(?s)(Not valid JSON: )?(It ends|There is|The name|A |An |The JSON).*");
    }
  }

  @Test
  void placeCountsLines() {
    assertThat(StrictJson.check(utf8("{\n  \"a\": 1\n  \"b\": 2\n}")).message())
        .endsWith("(line 3, column 3)");
  }

  @Test
  void longTokensAreCutInMessages() {
    assertThat(StrictJson.check(utf8("[" + "a".repeat(60_000) + "]")).message())
        .hasSizeLessThan(250);
    assertThat(
            StrictJson.check(
                    utf8("{\"" + "k".repeat(9_000) + "\":1,\"" + "k".repeat(9_000) + "\":1}"))
                .message())
        .hasSizeLessThan(250);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "xxxxxxx\u00e9"})
  void placesOfTokensCountFromTheOffset(String before) {
    String[] values = {
      "\"text\"", "\"\\u00e9\u20ac\"", "12", "-1.50e3", "true", "null", "[1,[2],{}]", "{\"x\":{}}"
    };
    String json = " { ";
    for (int i = 0; i < values.length; i++) {
      json += (i == 0 ? "" : " , ") + "\"f" + i + "\" : " + values[i];
    }
    json += " } ";
    byte[] bytes = utf8(before + json + "garbage");
    int offset = utf8(before).length;
    int length = utf8(json).length;

    try (JsonParser parser = StrictJson.parser(bytes, offset, length)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      for (String value : values) {
        assertThat(parser.nextToken()).isEqualTo(JsonToken.PROPERTY_NAME);
        parser.currentName();
        parser.nextToken();
        int start = StrictJson.tokenStart(parser);
        int end = StrictJson.skipValue(parser);
        assertThat(new String(bytes, offset + start, end - start, StandardCharsets.UTF_8))
            .isEqualTo(value);
      }
      assertThat(parser.nextToken()).isEqualTo(JsonToken.END_OBJECT);
      StrictJson.expectEnd(parser);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(int... values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int value : values) {
      out.write(value);
    }
    return out.toByteArray();
  }
}
