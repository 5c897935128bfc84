package dev.tocsin.describe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventsTest {

  private static final String HEAD = "{\"specversion\":\"1.0\",\"source\":\"/s\",\"id\":\"1\",";

  private final CloudEvents cloudEvents = new CloudEvents(EventCatalog.builtIn());

  private CloudEvents.Reading structured(String json) {
    return cloudEvents.structured(json.getBytes(StandardCharsets.UTF_8));
  }

  private CloudEvents.Reading binary(Map<String, String> more, String body) {
    Map<String, String> headers =
        new TreeMap<>(
            Map.of("specversion", "1.0", "source", "/s", "id", "1", "type", "alert.deleted"));
    headers.putAll(more);
    return cloudEvents.binary(headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private static String envelope(CloudEvents.Reading reading) {
    return new String(((CloudEvents.Read) reading).envelope(), StandardCharsets.UTF_8);
  }

  private static Rejection refusal(CloudEvents.Reading reading) {
    return ((CloudEvents.Refused) reading).rejection();
  }

  private static String faults(CloudEvents.Reading reading) {
    Rejection refusal = refusal(reading);
    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_MESSAGE);
    return String.join(
        " ", refusal.errors().stream().map(e -> e.path() + ":" + e.code()).sorted().toList());
  }

  @Test
  void attributesBecomeTheEnvelope() {
    String event =
        "{\"data\":{\"id\":"
            + " 1.0e2},\"channel\":\"c\",\"correlationid\":\"k\\\"\",\"time\":\"2026-01-09T12:00:00Z\","
            + "\"type\":\"tocsin.alert.deleted\",\"subject\":\"a\",\"sequence\":\"7\",\"datacontenttype\":\"application/json\","
            + "\"dataschema\":\"/x\",\"traceparent\":\"00-1\",\"flag\":true,\"number\":7,"
            + "\"specversion\":\"1.0\",\"source\":\"/s\",\"id\":\"1\"}";

    assertThat(envelope(structured(event)))
        .isEqualTo(
            "{\"type\":\"alert.deleted\",\"payload\":{\"id\":"
                + " 1.0e2},\"timestamp\":\"2026-01-09T12:00:00Z\","
                + "\"correlation_id\":\"k\\\"\",\"channel\":\"c\"}");
  }

  @Test
  void nullCountsAsAbsent() {
    assertThat(
            envelope(
                structured(
                    HEAD
                        + "\"type\":\"alert.deleted\",\"time\":null,\"channel\":null,\"x\":null,\"data_base64\":null}")))
        .isEqualTo("{\"type\":\"alert.deleted\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"data\":{\"id\":\"a\"},\"data_base64\":null",
        "\"data_base64\":\"eyJpZCI6ImEifQ==\",\"data\": null "
      })
  void nullBesideTheDataCountsAsAbsentToo(String data) {
    assertThat(envelope(structured(HEAD + "\"type\":\"alert.deleted\"," + data + "}")))
        .isEqualTo("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}");
  }

  @ParameterizedTest
  @CsvSource({
    "alert.deleted, alert.deleted",
    "tocsin.alert.deleted, alert.deleted",
    "tocsin.job_failed, job_failed",
    "tocsin.tocsin.alert.deleted, tocsin.alert.deleted",
    "tocsin.nothing.there, nothing.there",
    "TOCSIN.alert.deleted, TOCSIN.alert.deleted",
    "tocsin., ''"
  })
  void typeIsTheBareOneOrHasItsPrefix(String type, String meant) {
    assertThat(envelope(structured(HEAD + "\"type\":\"" + type + "\"}")))
        .isEqualTo("{\"type\":\"" + meant + "\"}");
  }

  @Test
  void typeThatBeginsSoItselfIsFound(@TempDir Path folder) throws IOException {
    EventCatalog catalog =
        TestCatalogs.of(folder, "{\"x-tocsin-type\":\"tocsin.started\",\"type\":\"object\"}");
    CloudEvents own = new CloudEvents(catalog);

    for (String type : new String[] {"tocsin.started", "tocsin.tocsin.started"}) {
      byte[] json = (HEAD + "\"type\":\"" + type + "\"}").getBytes(StandardCharsets.UTF_8);
      assertThat(envelope(own.structured(json))).isEqualTo("{\"type\":\"tocsin.started\"}");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                  | /id:required /source:required"
            + " /specversion:required /type:required",
        "{\"specversion\":\"0.3\",\"type\":7,\"source\":\"\",\"id\":\"1\"} | /source:minLength"
            + " /specversion:const /type:type",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"a"
            + " b\",\"id\":\"1\",\"time\":\"noon\",\"datacontenttype\":\"text/xml\"} |"
            + " /datacontenttype:format /source:format /time:format",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"correlationId\":\"x\",\"a~/b\":1}"
            + " | /a~0~1b:propertyNames /correlationId:propertyNames",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"x\":{},\"y\":[],\"z\":1.5,\"channel\":7}"
            + " | /channel:type /x:type /y:type /z:type",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"data\":1,\"data_base64\":\"e30=\"}"
            + " | /data_base64:not",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"data_base64\":\"?\"}"
            + " | /data_base64:contentEncoding",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"data_base64\":\"e30sImEiOjE=\"}"
            + " | /data_base64:contentMediaType",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"data_base64\":7}"
            + " | /data_base64:type",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/s\",\"id\":\"1\",\"subject\":\"\",\"dataschema\":\"a"
            + " b\"} | /dataschema:format /subject:minLength"
      })
  void allFaultsOfAttributesAreToldAtOnce(String event, String faults) {
    assertThat(faults(structured(event))).isEqualTo(faults);
  }

  @Test
  void longNameIsCutBetweenCharacters() {
    String name = "X".repeat(99) + "\ud83d\udd14";

    assertThat(faults(structured(HEAD + "\"type\":\"a\",\"" + name + "\":1}")))
        .isEqualTo("/" + "X".repeat(99) + "…:propertyNames");
  }

  @Test
  void spellingOfAnAttributeIsMended() {
    Rejection refusal = refusal(structured(HEAD + "\"type\":\"a\",\"correlation_id\":\"x\"}"));

    assertThat(refusal.message()).contains("did you mean correlationid?");
    assertThat(refusal.errors()).extracting(PayloadError::path).containsExactly("/correlation_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/json; charset=UTF-8",
        "text/json",
        "application/vnd.x.y+json",
        "Application/JSON;charset=\\\"utf-8\\\""
      })
  void takesAnyMediaTypeOfJson(String type) {
    assertThat(structured(HEAD + "\"type\":\"a\",\"datacontenttype\":\"" + type + "\"}"))
        .isInstanceOf(CloudEvents.Read.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/xml",
        "json",
        "application/json; charset=latin1",
        "application/jsonx",
        "*/*"
      })
  void takesNoOther(String type) {
    assertThat(faults(structured(HEAD + "\"type\":\"a\",\"datacontenttype\":\"" + type + "\"}")))
        .isEqualTo("/datacontenttype:format");
  }

  @Test
  void dataInBase64IsItsJson() {
    assertThat(
            envelope(
                structured(
                    HEAD + "\"type\":\"alert.deleted\",\"data_base64\":\"eyAiaWQiOiJhIn0=\"}")))
        .isEqualTo("{\"type\":\"alert.deleted\",\"payload\":{ \"id\":\"a\"}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "é", "https://exämple.example/", "%zz", "://"})
  void whatIsNoSourceForEveryReaderIsNoneOfOurs(String text) {
    assertThatThrownBy(() -> CloudEvents.source(text)).hasMessageContaining("relative reference");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/x", "https://hub.example/%C3%A9?a=b#c", "urn:uuid:1", "#"})
  void uriIsASource(String text) {
    assertThat(CloudEvents.source(text)).isEqualTo(text);
  }

  @Test
  void dataCannotAddToTheEnvelope() {
    CloudEvents.Reading reading = binary(Map.of(), "{\"id\":\"a\"},\"channel\":\"mine\"");

    assertThat(refusal(reading).code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  @Test
  void binaryFormIsTheSameEventUnderTheSameKey() {
    CloudEvents.Read structured =
        (CloudEvents.Read)
            structured(HEAD + "\"type\":\"tocsin.alert.deleted\",\"data\":{\"id\":\"a\"}}");
    CloudEvents.Read binary = (CloudEvents.Read) binary(Map.of(), "{\"id\":\"a\"}");

    assertThat(binary.envelope()).isEqualTo(structured.envelope());
    assertThat(binary.idempotencyKey()).isEqualTo(structured.idempotencyKey());
  }

  @Test
  void sourceAndIdTogetherAreTheKey() {
    CloudEvents.Read one = (CloudEvents.Read) binary(Map.of("source", "/s1", "id", "2"), "{}");
    CloudEvents.Read other = (CloudEvents.Read) binary(Map.of("source", "/s", "id", "12"), "{}");

    assertThat(one.idempotencyKey()).isNotEqualTo(other.idempotencyKey());
    assertThat(((CloudEvents.Read) binary(Map.of("id", "x".repeat(9_000)), "{}")).idempotencyKey())
        .hasSizeLessThan(100);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Euro%20%E2%82%AC | Euro €",
        "plain            | plain",
        "\"a \\\"b\\\"\"  | a \"b\"",
        "%25              | %",
        "%2525            | %25",
        "a\"b             | a\"b",
        "100%             | 100%",
        "50%zz%2          | 50%zz%2",
        "%%41             | %A",
        "\"50%\"          | 50%"
      })
  void headersAreDecodedOnce(String header, String text) {
    assertThat(HeaderValue.decoded(header)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%FF", "%C3", "%C0%A0", "%C3%", "%ED%A0%80"})
  void headersThatAreBadlyEncodedAreFaults(String header) {
    assertThat(faults(binary(Map.of("channel", header), "{}"))).isEqualTo("/channel:format");
  }

  @Test
  void headersOfTheBinaryFormAreAttributesAndNothingElse() {
    assertThat(
            faults(
                binary(
                    Map.of("datacontenttype", "application/json", "data", "x", "my_name", "x"),
                    "{}")))
        .isEqualTo("/data:not /datacontenttype:not /my_name:propertyNames");
  }

  @Test
  void emptyBodyIsNoData() {
    assertThat(envelope(binary(Map.of(), ""))).isEqualTo("{\"type\":\"alert.deleted\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                  | INVALID_JSON",
        "{\"id\":1,\"id\":2} | INVALID_JSON",
        "[]                 | INVALID_MESSAGE",
        "7 | INVALID_MESSAGE"
      })
  void whatIsNoObjectIsNoCloudEvent(String json, ErrorCode code) {
    assertThat(refusal(structured(json)).code()).isEqualTo(code);
  }

  @Test
  void envelopeIsNoLongerThanAnEventMayBe() {
    String long1 = "x".repeat(60_000);

    assertThat(
            refusal(
                    binary(
                        Map.of("correlationid", "y".repeat(6_000)), "{\"id\":\"" + long1 + "\"}"))
                .code())
        .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
  }
}
