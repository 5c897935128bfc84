package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WhereTest {

  private static final Map<String, PayloadField> FIELDS =
      Map.of(
          "text", new PayloadField("text", PayloadField.Kind.TEXT),
          "level",
              new PayloadField("level", PayloadField.Kind.ENUM, List.of("low", "high", "urgent")),
          "number", new PayloadField("number", PayloadField.Kind.NUMBER),
          "count", new PayloadField("count", PayloadField.Kind.INTEGER),
          "flag", new PayloadField("flag", PayloadField.Kind.BOOLEAN));

  private static Where where(String json) {
    return Where.of(json.replace('\'', '"'));
  }

  private static Optional<Conditions> on(String json) {
    return where(json).on(FIELDS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'text':'a'}|{'text':['a']}",
        "{'text':['a','b']}|{'text':['b','a','b']}",
        "{'text':'a','count':1}|{'count':1.0,'text':['a']}",
        "{'number':1}|{'number':1.000}",
        "{'number':100}|{'number':1e2}",
        "{'number':{'min':2,'max':2.0}}|{'number':2}",
        "{'number':{'min':2,'not':1}}|{'number':{'min':2.0}}",
        "{'level':{'not':'low'}}|{'level':['HIGH','Urgent']}",
        "{'flag':{'not':true}}|{'flag':false}",
        "{'level':'HIGH'}|{'level':'high'}",
      })
  void theSameIsEqualHoweverItIsWritten(String one, String other) {
    assertThat(on(one)).isPresent().isEqualTo(on(other));
  }

  @ParameterizedTest
  @CsvSource({
    "levl, level",
    "Camera_Id, camera_id",
    "camera, camera_id",
    "Worker, worker_name",
    "channel, $channel",
    "colour,",
    "_,",
    "'',"
  })
  void namesTheFieldThatWasMeant(String field, @Nullable String meant) {
    Map<String, PayloadField> fields = new HashMap<>(FIELDS);
    for (String name : List.of("worker_type", "worker_name", "worker_name_before", "camera_id")) {
      fields.put(name, new PayloadField(name, PayloadField.Kind.TEXT));
    }

    assertThat(where("{'" + field + "':'a'}").faultOn(List.of(fields)))
        .isNotNull()
        .extracting(Rejection::suggestion)
        .isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'missing':1}",
        "{'text':1}",
        "{'number':'1'}",
        "{'count':1.5}",
        "{'level':'lowest'}",
        "{'text':{'min':1}}",
        "{'level':{'not':['low','high','urgent']}}",
        "{'flag':{'not':[true,false]}}",
        "{'number':{'min':1,'max':1,'not':1}}",
        "{'text':'a','missing':1}",
      })
  void whatATypeCanNeverFulfilComesDownToNothing(String json) {
    assertThat(on(json)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'text':'a'}|{'text':'a'}|true",
        "{'text':'a'}|{'text':'A'}|false",
        "{'text':'a'}|{}|false",
        "{'text':'a'}|{'text':null}|false",
        "{'text':{'not':'a'}}|{}|false",
        "{'text':{'not':'a'}}|{'text':null}|false",
        "{'text':{'not':'a'}}|{'text':'b'}|true",
        "{'text':{'not':[]}}|{'text':'b'}|true",
        "{'level':'HIGH'}|{'level':'high'}|true",
        "{'number':{'min':0.1}}|{'number':0.1}|true",
        "{'number':{'min':0.1}}|{'number':0.09999999999999999999999999999}|false",
        "{'number':{'min':0.1,'max':1e400}}|{'number':1e399}|true",
        "{'number':{'max':1e400}}|{'number':1e401}|false",
        "{'number':12345678901234567890}|{'number':12345678901234567891}|false",
        "{'number':-0.0}|{'number':0}|true",
        "{'flag':false}|{'flag':false}|true",
        "{'$channel':'c'}|{}|true",
        "{'$correlation_id':{'not':'x'}}|{}|false",
      })
  void judgesWhatAnEventSays(String json, String payload, boolean fulfilled) {
    byte[] bytes = payload.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8);
    EncodedEvent event = EncodedEvent.of("a.b", bytes, "2026-01-09T12:00:00Z", null, "c");

    Conditions conditions = on(json).orElseThrow();

    assertThat(conditions.allow(FieldValues.of(event, FIELDS.keySet()))).isEqualTo(fulfilled);
  }

  @Test
  void asksForNothingWhenItIsEmpty() {
    assertThat(Where.read("{}")).isEqualTo(new Where.Reading.Read(null));
    assertThatThrownBy(() -> where("{}")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}}",
        "{'a':1,'a':2}",
        "{'a':'\\ud800'}",
        "{'a':{'b':1}}",
        "{'a':[[1]]}",
        "{'a':{'min':true}}",
        "{'a':{'min':null}}",
        "{'a':{'not':{}}}",
        "{'a':01}",
      })
  void saysOfWhatIsNone(String json) {
    assertThat(Where.read(json.replace('\'', '"')))
        .isInstanceOfSatisfying(
            Where.Reading.Refused.class,
            refused -> {
              assertThat(refused.rejection().code()).isEqualTo(ErrorCode.INVALID_FILTER);
              assertThat(refused.rejection().message()).startsWith("where");
            });
  }

  @Test
  void whatOneTypeCanFulfilIsNoFault() {
    Map<String, PayloadField> other =
        Map.of("text", new PayloadField("text", PayloadField.Kind.NUMBER));

    assertThat(where("{'text':['a',1]}").faultOn(List.of(FIELDS, other))).isNull();
    assertThat(where("{'text':['a',1]}").faultOn(List.of(FIELDS)))
        .isNotNull()
        .extracting(Rejection::message)
        .isEqualTo("where: \"text\": can never be 1; it is a string");
  }
}
