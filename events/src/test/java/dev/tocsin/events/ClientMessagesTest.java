package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMessagesTest {

  @Test
  void subscribeCarriesItsPatternsAsTheyAreWritten() {
    assertThat(
            decode(
                "{\"action\":\"subscribe\",\"events\":[\"alert.*\",\"Camera.?\",\"\",\"alert.*\"]}"))
        .isEqualTo(
            new ClientMessage.Subscribe(
                null, List.of("alert.*", "Camera.?", "", "alert.*"), null, false, null));
  }

  @Test
  void subscribeMayBeginWithEventsOfThePast() {
    assertThat(initial("\"last\":50")).isEqualTo(new ClientMessage.Initial.Last(50));
    assertThat(initial("\"last\":5e1")).isEqualTo(new ClientMessage.Initial.Last(50));
    assertThat(initial("\"last\":1000000000"))
        .isEqualTo(new ClientMessage.Initial.Last(1_000_000_000));
    assertThat(initial("\"latest\":true")).isEqualTo(new ClientMessage.Initial.Latest());
    assertThat(initial("\"latest\":false,\"last\":null")).isNull();
    assertThat(initial("\"latest\":false,\"last\":1")).isEqualTo(new ClientMessage.Initial.Last(1));
  }

  private static ClientMessage.Initial initial(String field) {
    ClientMessage message = decode("{\"action\":\"subscribe\",\"events\":[\"*\"]," + field + "}");
    assertThat(message).isInstanceOf(ClientMessage.Subscribe.class);
    return ((ClientMessage.Subscribe) message).initial();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'last':0                  | last must be a number of events: an integer from 1; was 0",
        "'last':-1                 | last must be a number of events: an integer from 1; was -1",
        "'last':1.5                | last must be a number of events: an integer from 1; was 1.5",
        "'last':1e30               | last must be a number of events: an integer from 1; was 1e30",
        "'last':true               | last must be a number of events: an integer from 1; was true",
        "'latest':1                | latest must be true or false; was 1",
        "'last':1,'latest':true    | last and latest begin differently: give one of them",
        "'last':1,'since':7        | since goes on where the client was: it cannot be combined with"
            + " last or latest",
        "'latest':true,'since':7   | since goes on where the client was: it cannot be combined with"
            + " last or latest"
      },
      quoteCharacter = '`')
  void beginningThatMakesNoSenseIsRefused(String field, String sentence) {
    for (String action : new String[] {"subscribe", "resume"}) {
      String json =
          "{'action':'%s','events':['*'],'since':7,%s}".formatted(action, field).replace('\'', '"');
      if (action.equals("subscribe") && !field.contains("since")) {
        json = json.replace("\"since\":7,", "");
      } else if (field.contains("since")) {
        json = json.replaceFirst("\"since\":7,", "");
      } else if (sentence.startsWith("last and latest")) {
        continue;
      }
      assertThat(decode(json))
          .as(json)
          .isInstanceOfSatisfying(
              ClientMessage.Malformed.class,
              malformed -> {
                assertThat(malformed.rejection().code()).isEqualTo(ErrorCode.INVALID_MESSAGE);
                assertThat(malformed.rejection().message()).isEqualTo(sentence);
              });
    }
  }

  @Test
  void unsubscribeWithoutEventsMeansAll() {
    assertThat(decode("{\"action\":\"unsubscribe\"}"))
        .isEqualTo(new ClientMessage.Unsubscribe(null, null));
    assertThat(decode("{\"action\":\"unsubscribe\",\"events\":null}"))
        .isEqualTo(new ClientMessage.Unsubscribe(null, null));
    assertThat(decode("{\"action\":\"unsubscribe\",\"events\":[]}"))
        .isEqualTo(new ClientMessage.Unsubscribe(null, List.of()));
    assertThat(decode("{\"events\":[\"a\"],\"id\":3,\"action\":\"unsubscribe\"}"))
        .isEqualTo(new ClientMessage.Unsubscribe("3", List.of("a")));
  }

  @Test
  void resumeCarriesThePositionAndPerhapsTheEpoch() {
    assertThat(decode("{\"action\":\"resume\",\"since\":1200,\"epoch\":\"e\"}"))
        .isEqualTo(new ClientMessage.Resume(null, 1200, "e"));
    assertThat(decode("{\"action\":\"resume\",\"since\":0,\"epoch\":null}"))
        .isEqualTo(new ClientMessage.Resume(null, 0, null));
    assertThat(decode("{\"action\":\"resume\",\"since\":1.2e3}"))
        .isEqualTo(new ClientMessage.Resume(null, 1200, null));
    assertThat(decode("{\"action\":\"resume\",\"since\":9223372036854775807}"))
        .isEqualTo(new ClientMessage.Resume(null, Long.MAX_VALUE, null));
  }

  @Test
  void publishCarriesTheVeryBytesOfTheEvent() {
    ClientMessage message =
        decode(
            "{\"id\":\"\u00e9\",\"idempotency_key\":\"k\", \"event\" : { \"type\" :\"x\","
                + " \"n\":1.10 } ,\"action\":\"publish\"}");

    assertThat(message)
        .isInstanceOfSatisfying(
            ClientMessage.Publish.class,
            publish -> {
              assertThat(publish.event()).hasToString("{ \"type\" :\"x\", \"n\":1.10 }");
              assertThat(publish.idempotencyKey()).isEqualTo("k");
              assertThat(publish.id()).isEqualTo("\"\u00e9\"");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "\"x\"", "[1]", "true", "{}", "-1.5e3"})
  void eventOfAnyKindIsHandedOn(String event) {
    assertThat(decode("{\"action\":\"publish\",\"event\":" + event + "}"))
        .isInstanceOfSatisfying(
            ClientMessage.Publish.class, publish -> assertThat(publish.event()).hasToString(event));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ping",
        "PING",
        "Ping",
        "{\"type\":\"ping\"}",
        "{\"type\":\"PING\"}",
        "{\"action\":\"Ping\"}",
        "{\"action\":\"ping\"}",
        "{\"action\":\"ping\",\"type\":\"pong\"}",
        " { \"type\" : \"ping\" , \"timestamp\" : \"x\" } "
      })
  void pingIsSaidInThreeWays(String message) {
    assertThat(decode(message)).isEqualTo(new ClientMessage.Ping(null));
  }

  @Test
  void pongIsUnderstood() {
    assertThat(decode("{\"type\":\"pong\",\"id\":1}")).isEqualTo(new ClientMessage.Pong("1"));
    assertThat(decode("{\"type\":\"PONG\"}")).isEqualTo(new ClientMessage.Pong(null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "none",
      value = {
        "\"c1\" | \"c1\"",
        "\"\" | \"\"",
        "\"\\u00e9\\\"\" | \"\\u00e9\\\"\"",
        "7 | 7",
        "-12 | -12",
        "7.0 | 7.0",
        "1e2 | 1e2",
        "99999999999999999999999 | 99999999999999999999999",
        "null | none",
      })
  void idComesBackAsItWasWritten(String id, String text) {
    assertThat(decode("{\"id\":" + id + ",\"action\":\"ping\"}").id()).isEqualTo(text);
    assertThat(decode("{\"action\":\"nope\",\"id\":" + id + "}").id()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | A message is a JSON object",
        "7 | A message is a JSON object",
        "\"ping\" | A message is a JSON object",
        "null | A message is a JSON object",
        "{} | action is required",
        "{\"action\":null} | action is required",
        "{\"action\":7} | action must be a string; was 7",
        "{\"action\":[{\"a\":1}]} | action must be a string; was an array",
        "{\"type\":7} | type must be a string; was 7",
        "{\"action\":\"ping\",\"id\":{}} | id must be a string or an integer; was an object",
        "{\"action\":\"ping\",\"id\":[1]} | id must be a string or an integer; was an array",
        "{\"action\":\"ping\",\"id\":1.5} | id must be a string or an integer; was 1.5",
        "{\"action\":\"ping\",\"id\":true} | id must be a string or an integer; was true",
        "{\"action\":\"subscribe\"} | events is required: an array of patterns",
        "{\"action\":\"subscribe\",\"events\":null} | events is required: an array of patterns",
        "{\"action\":\"subscribe\",\"events\":\"a\"} | events must be an array of strings; was"
            + " \"a\"",
        "{\"action\":\"subscribe\",\"events\":[\"a\",1]} | events must be an array of strings; was"
            + " 1",
        "{\"action\":\"subscribe\",\"events\":[[\"a\"]]}"
            + " | events must be an array of strings; was an array",
        "{\"action\":\"resume\"} | since is required: a sequence",
        "{\"action\":\"resume\",\"since\":-1} | since must be a sequence: an integer from 0; was"
            + " -1",
        "{\"action\":\"resume\",\"since\":1.5}"
            + " | since must be a sequence: an integer from 0; was 1.5",
        "{\"action\":\"resume\",\"since\":1e999999999999}"
            + " | since must be a sequence: an integer from 0; was 1e999999999999",
        "{\"action\":\"resume\",\"since\":\"5\"}"
            + " | since must be a sequence: an integer from 0; was \"5\"",
        "{\"action\":\"resume\",\"since\":9223372036854775808}"
            + " | since must be a sequence: an integer from 0; was 9223372036854775808",
        "{\"action\":\"resume\",\"since\":1,\"epoch\":7} | epoch must be a string; was 7",
        "{\"action\":\"publish\"} | event is required: the envelope to publish",
        "{\"action\":\"publish\",\"event\":null} | event is required: the envelope to publish",
        "{\"action\":\"publish\",\"event\":{},\"idempotency_key\":7}"
            + " | idempotency_key must be a string; was 7",
        "{\"type\":\"alert.created\",\"payload\":{}} | action is required; an event is published"
            + " with {\"action\":\"publish\",\"event\":{…}}",
      })
  void faultOfAMessageIsNamed(String json, String message) {
    assertThat(malformed(json)).isEqualTo(new Rejection(ErrorCode.INVALID_MESSAGE, message));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Subscribe", "SUBSCRIBE", "pong", "publish ", "nope"})
  void unknownActionIsToldApart(String action) {
    Rejection rejection = malformed("{\"action\":\"" + action + "\",\"events\":[\"a\"]}");

    assertThat(rejection.code()).isEqualTo(ErrorCode.UNKNOWN_ACTION);
    assertThat(rejection.message()).contains('"' + action + '"', "subscribe");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "pong",
        " ping",
        "p\u0131ng",
        "ping\n",
        "\"ping",
        "{\"action\":\"ping\"} x",
        "{\"action\":\"ping\",\"action\":\"ping\"}",
        "{\"action\":\"publish\",\"event\":{\"a\":1,\"a\":1}}",
        "{\"action\":\"publish\",\"event\":{\"a\":1}",
        "{\"action\":\"ping\",\"x\":\"\\udc00\"}",
        "{\"action\":\"ping\",\"x\":{\"a\":1,\"\\u0061\":1}}",
      })
  void whatIsNoStrictJsonIsInvalidJson(String json) {
    assertThat(malformed(json).code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  @Test
  void invalidUtf8IsInvalidJson() {
    assertThat(ClientMessages.decode(new byte[] {'"', (byte) 0xFF, '"'}))
        .isInstanceOf(ClientMessage.Malformed.class);
  }

  @Test
  void fieldsOfNewerClientsArePassedOver() {
    assertThat(decode("{\"new\":{\"a\":[1,{}]},\"action\":\"ping\",\"more\":[[]],\"x\":1e999}"))
        .isEqualTo(new ClientMessage.Ping(null));
  }

  @Test
  void publishedEventMayBeAsDeepAsAnyOther() {
    String deepest = "{\"a\":".repeat(64) + "1" + "}".repeat(64);

    assertThat(decode("{\"action\":\"publish\",\"event\":" + deepest + "}"))
        .isInstanceOfSatisfying(
            ClientMessage.Publish.class,
            publish -> assertThat(publish.event()).hasToString(deepest));
    assertThat(malformed("{\"action\":\"publish\",\"event\":{\"a\":" + deepest + "}}"))
        .isEqualTo(
            new Rejection(ErrorCode.INVALID_JSON, "The JSON is nested deeper than 64 levels"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "id", "action", "events", "since"})
  void everythingElseMayBeAsDeepAsTheWholeMessage(String field) {
    String fits = "[".repeat(63) + "]".repeat(63);
    String tooDeep = "[".repeat(64) + "]".repeat(64);

    assertThat(decode("{\"" + field + "\":" + fits + "}"))
        .isInstanceOfSatisfying(
            ClientMessage.Malformed.class,
            malformed ->
                assertThat(malformed.rejection().code()).isEqualTo(ErrorCode.INVALID_MESSAGE));
    assertThat(malformed("{\"" + field + "\":" + tooDeep + "}"))
        .isEqualTo(
            new Rejection(ErrorCode.INVALID_JSON, "The JSON is nested deeper than 64 levels"));
    assertThat(malformed(fits + "]").code()).isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(malformed("[" + tooDeep + "]").code()).isEqualTo(ErrorCode.INVALID_JSON);
  }

  private static Rejection malformed(String json) {
    return ((ClientMessage.Malformed) decode(json)).rejection();
  }

  private static ClientMessage decode(String json) {
    return ClientMessages.decode(json.getBytes(StandardCharsets.UTF_8));
  }
}
