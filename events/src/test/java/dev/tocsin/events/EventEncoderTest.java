package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventEncoderTest {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-09T12:00:00.123456Z"));

  private final EventEncoder encoder = new EventEncoder(EventCatalog.builtIn(), CLOCK);

  @Test
  void timestampAndChannelAreFilledIn() {
    EncodedEvent event = accepted("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a1\"}}");

    assertThat(event.toJson(7, 5))
        .isEqualTo(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a1\"},"
                + "\"timestamp\":\"2026-01-09T12:00:00.123Z\",\"channel\":\"alerts\","
                + "\"sequence\":7,\"previous\":5}");
    assertThat(event.correlationId()).isEmpty();
    assertThat(event.channel()).contains("alerts");
  }

  @Test
  void whatTheProducerSaysIsKept() {
    EncodedEvent event =
        accepted(
            "{\"correlation_id\":\"c\\u00e9\\n\\\"\",\"channel\":\"my\\/own\",\"payload\":{\"id\":\"\"},"
                + "\"timestamp\":\"2026-01-09t12:00:00,5+0200\",\"type\":\"alert.deleted\"}");

    assertThat(event.type()).isEqualTo("alert.deleted");
    assertThat(event.timestamp()).isEqualTo("2026-01-09t12:00:00,5+0200");
    assertThat(event.correlationId()).contains("c\u00e9\n\"");
    assertThat(event.channel()).contains("my/own");
    assertThat(event)
        .hasToString(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"\"},"
                + "\"timestamp\":\"2026-01-09t12:00:00,5+0200\","
                + "\"correlation_id\":\"c\u00e9\\n\\\"\",\"channel\":\"my/own\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"a1\"}",
        " { \"id\" :\t\"a1\" } ",
        "{\"id\":\"\\u00e9\\/\\ud83d\\ude00\u20ac\",\"more\":[1.10,1e2,-0.0,1E+400,{\"deep\":null}]}",
        "{\"more\":\"ALERT\",\"id\":\"\",\"\":{\"\":[]}}",
        "{\"\\u0069d\":\"escaped name\"}",
      })
  void payloadPassesByteForByte(String payload) {
    EncodedEvent event = accepted("{\"type\":\"alert.deleted\",\"payload\":" + payload + "}");

    assertThat(new String(event.payload(), StandardCharsets.UTF_8)).isEqualTo(payload.strip());
  }

  @Test
  void enumsOfThePayloadAreLowerCasedAndNothingElseIs() {
    EncodedEvent event =
        accepted(
            "{\"payload\": {\"updated_at\" :\"2026-01-09T12:00\", \"severity\": \"\\u0048IGH\","
                + " \"x\":\"HIGH\",\"status\":null, \"id\":\"HIGH\"} ,\"type\":\"alert.updated\"}");

    assertThat(new String(event.payload(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"updated_at\" :\"2026-01-09T12:00\", \"severity\": \"high\","
                + " \"x\":\"HIGH\",\"status\":null, \"id\":\"HIGH\"}");
  }

  @Property(tries = 200)
  void partOfAnArrayIsEncodedLikeAnArrayOfItsOwn(
      @ForAll @IntRange(max = 40) int before, @ForAll @IntRange(max = 40) int after) {
    String json =
        "{\"type\":\"alert.updated\",\"payload\":{\"severity\":\"HIGH\",\"id\":\"\u20ac\","
            + "\"updated_at\":\"2026-01-09T12:00\"}}";
    byte[] bytes =
        ("\u00e9".repeat(before) + json + "}".repeat(after)).getBytes(StandardCharsets.UTF_8);
    int length = json.getBytes(StandardCharsets.UTF_8).length;

    EncodingResult result = encoder.encode(bytes, 2 * before, length);

    assertThat(result).hasToString(encode(json).toString()).isInstanceOf(EncodedEvent.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}} x | invalid_json",
        "{\"type\":1,\"type\":2} | invalid_json",
        "{\"payload\":{\"a\":1,\"a\":1},\"type\":1,\"wrong\":1 | invalid_json",
        "{\"wrong\":1,\"payload\":{\"a\":\"\\ud800\"}} | invalid_json",
        "{\"type\":\"ping\",\"wrong\":1} | invalid_message",
        "{\"type\":\"nope\",\"timestamp\":\"x\"} | invalid_message",
        "{\"type\":\"ping\",\"payload\":7} | reserved_event_type",
        "{\"type\":\"pong\"} | reserved_event_type",
        "{\"type\":\"error\",\"payload\":{}} | reserved_event_type",
        "{\"type\":\"connection.established\"} | reserved_event_type",
        "{\"type\":\"connection.whatever\",\"payload\":{}} | reserved_event_type",
        "{\"type\":\"connection.\"} | reserved_event_type",
        "{\"type\":\"nope\",\"payload\":7} | unknown_event_type",
        "{\"type\":\"\"} | unknown_event_type",
        "{\"type\":\"ALERT.DELETED\",\"payload\":{\"id\":\"a\"}} | unknown_event_type",
        "{\"type\":\"alert.deleted \",\"payload\":{\"id\":\"a\"}} | unknown_event_type",
        "{\"type\":\"alert.*\",\"payload\":{\"id\":\"a\"}} | unknown_event_type",
        "{\"type\":\"connection\",\"payload\":{}} | unknown_event_type",
        "{\"type\":\"alert.deleted\",\"payload\":7} | invalid_payload",
        "{\"type\":\"alert.deleted\"} | invalid_payload",
      })
  void theEarlierFaultIsTold(String json, String code) {
    assertThat(refused(json).code()).hasToString(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | An event is a JSON object",
        "null | An event is a JSON object",
        "\"ping\" | An event is a JSON object",
        "12 | An event is a JSON object",
        "{} | type is required",
        "{\"type\":null} | type must be a string; was null",
        "{\"type\":7} | type must be a string; was 7",
        "{\"type\":[\"a\"]} | type must be a string; was an array",
        "{\"Type\":\"alert.deleted\"} | An event has no field \"Type\"",
        "{\"type\":\"alert.deleted\",\"source\":{\"a\":[1]}} | An event has no field \"source\"",
        "{\"type\":\"alert.deleted\",\"timestamp\":1767960000}"
            + " | timestamp must be a string; was 1767960000",
        "{\"type\":\"alert.deleted\",\"timestamp\":\"2026-01-09T12:00:00\"}"
            + " | timestamp must be an ISO 8601 date-time with an offset; was"
            + " \"2026-01-09T12:00:00\"",
        "{\"type\":\"alert.deleted\",\"timestamp\":\"\"}"
            + " | timestamp must be an ISO 8601 date-time with an offset; was \"\"",
        "{\"type\":\"alert.deleted\",\"correlation_id\":7}"
            + " | correlation_id must be a string; was 7",
        "{\"type\":\"alert.deleted\",\"channel\":{\"a\":1}}"
            + " | channel must be a string; was an object",
      })
  void faultOfTheEnvelopeIsNamed(String json, String message) {
    assertThat(refused(json)).isEqualTo(new Rejection(ErrorCode.INVALID_MESSAGE, message));
  }

  @Test
  void nullOptionalFieldsCountAsAbsent() {
    EncodedEvent event =
        accepted(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a1\"},\"timestamp\":null,"
                + "\"correlation_id\":null,\"channel\":null}");

    assertThat(event)
        .hasToString(
            accepted("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a1\"}}").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "null", "\"x\"", "[1,{\"a\":2}]", "{\"sequence\":1}", "1e999"})
  void positionsAreIgnoredWhateverTheyHold(String value) {
    EncodedEvent event =
        accepted(
            "{\"sequence\":"
                + value
                + ",\"type\":\"alert.deleted\",\"previous\":"
                + value
                + ",\"initial\":"
                + value
                + ",\"payload\":{\"id\":\"a1\"}}");

    assertThat(event.toString()).doesNotContain("sequence", "previous", "initial");
  }

  @Test
  void missingPayloadAndOneThatIsNoObjectAreFaultsOfTheWhole() {
    assertThat(refused("{\"type\":\"alert.deleted\"}").errors())
        .containsExactly(new PayloadError("", "required", "The payload is missing"));
    for (String payload : new String[] {"null", "7", "\"{}\"", "[]", "[{}]"}) {
      assertThat(refused("{\"type\":\"alert.deleted\",\"payload\":" + payload + "}").errors())
          .containsExactly(new PayloadError("", "type", "The payload must be a JSON object"));
    }
  }

  @Test
  void faultsOfThePayloadAreToldTogether() {
    Rejection rejection =
        refused(
            "{\"type\":\"job.progress\",\"payload\":{\"job_id\":1,\"progress\":101,\"status\":null}}");

    assertThat(rejection.code()).isEqualTo(ErrorCode.INVALID_PAYLOAD);
    assertThat(rejection.message())
        .isEqualTo("Payload of job.progress: /job_id must be a string; was 1 (and 3 more)");
    assertThat(rejection.errors())
        .containsExactly(
            new PayloadError("/job_id", "type", "must be a string; was 1"),
            new PayloadError("/progress", "maximum", "must be at most 100; was 101"),
            new PayloadError("/status", "type", "must be a string; was null"),
            new PayloadError("/job_type", "required", "job_type is required"));
  }

  @Test
  void unknownTypeComesWithTheNearestName() {
    assertThat(refused("{\"type\":\"alert.craeted\",\"payload\":{}}").message())
        .isEqualTo("There is no event type \"alert.craeted\"; did you mean \"alert.created\"?");
    assertThat(refused("{\"type\":\"x\",\"payload\":{}}").message())
        .isEqualTo("There is no event type \"x\"");
    assertThat(refused("{\"type\":\"" + "x".repeat(60_000) + "\"}").message()).hasSizeLessThan(120);
  }

  @Test
  void depthOfTheWholeEventCounts() {
    String template = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\",\"x\":%s}}";

    accepted(template.formatted("[".repeat(62) + "]".repeat(62)));
    assertThat(refused(template.formatted("[".repeat(63) + "]".repeat(63))).code())
        .isEqualTo(ErrorCode.INVALID_JSON);
  }

  @Test
  void nothingThatFitsIntoAMessageIsExpensive() {
    String[] values = {
      "9".repeat(64_000),
      "1e999999999",
      "0." + "0".repeat(64_000) + "1",
      "[".repeat(62) + "]".repeat(62),
      "[" + "[],".repeat(20_000) + "[]]",
      "{\"" + "k".repeat(64_000) + "\":1}",
      "\"" + "\\u00e9".repeat(10_000) + "\"",
    };

    assertTimeoutPreemptively(
        Duration.ofSeconds(3),
        () -> {
          for (int i = 0; i < 20; i++) {
            for (String value : values) {
              accepted(
                  "{\"type\":\"detection.new\",\"payload\":{\"detection_id\":\"d\",\"label\":\"l\","
                      + "\"confidence\":0.5,\"camera_id\":\"c\",\"timestamp\":\"2026-01-09T12:00\","
                      + "\"x\":"
                      + value
                      + "}}");
            }
            refused("{\"type\":\"alert.deleted\",\"payload\":" + "[".repeat(64_000));
          }
        });
  }

  @Test
  void anEventThatIsLongerThanAHubTakesIsRefused() {
    String around = "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"\"}}";
    String longest = "x".repeat(WebSocketEvent.MAX_BYTES - around.length());

    accepted(around.replace("\"\"", '"' + longest + '"'));

    Rejection rejection = refused(around.replace("\"\"", '"' + longest + "x\""));
    assertThat(rejection.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
    assertThat(rejection.message()).isEqualTo("The event has 65537 bytes; it may have 65536");
  }

  private EncodedEvent accepted(String json) {
    EncodingResult result = encode(json);
    assertThat(result).isInstanceOf(EncodedEvent.class);
    return (EncodedEvent) result;
  }

  private Rejection refused(String json) {
    EncodingResult result = encode(json);
    assertThat(result).isInstanceOf(Rejection.class);
    return (Rejection) result;
  }

  private EncodingResult encode(String json) {
    return encoder.encode(json.getBytes(StandardCharsets.UTF_8));
  }
}
