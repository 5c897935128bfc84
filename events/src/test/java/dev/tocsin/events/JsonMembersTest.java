package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonMembersTest {

  private final Map<String, Slice> members = new LinkedHashMap<>();

  private Rejection read(String json) {
    return JsonMembers.read(json.getBytes(StandardCharsets.UTF_8), members);
  }

  @Test
  void tellsEachValueAsItIsWritten() {
    Rejection fault =
        read(" {\"ü\" : \"\\u00fc\", \"b\":[ 1.0,{\"c\":1e2} ] ,\"d\": -0 , \"e\":{}} ");

    assertThat(fault).isNull();
    assertThat(members.keySet()).containsExactly("ü", "b", "d", "e");
    assertThat(members.get("ü")).hasToString("\"\\u00fc\"");
    assertThat(members.get("b")).hasToString("[ 1.0,{\"c\":1e2} ]");
    assertThat(members.get("d")).hasToString("-0");
    assertThat(members.get("e")).hasToString("{}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1.0, \"x\":[{\"y\":2}], \"b\": \"\\u00fc\"} | {\"a\":1.0,\"b\":\"\\u00fc\"}",
        "{\"x\":1,\"y\":2} | {}",
        "{\"ü\":1,\"x\":2} | {\"ü\":1}",
        "{\"a\": 1} | {\"a\": 1}",
      })
  void leavesOutSomeAndKeepsTheOthersAsTheyAreWritten(String json, String without) {
    assertThat(JsonMembers.without(Set.of("x", "y"), json.getBytes(StandardCharsets.UTF_8)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(without);
  }

  @Test
  void leavesNothingOutOfWhatIsNoObject() {
    byte[] array = "[1]".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> JsonMembers.without(Set.of("x"), array))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("It has to be a JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                 | INVALID_JSON",
        "{                  | INVALID_JSON",
        "{} {}              | INVALID_JSON",
        "[1                 | INVALID_JSON",
        "{\"a\":1,\"a\":2}  | INVALID_JSON",
        "{\"a\":\"\\ud800\"} | INVALID_JSON",
        "[]                 | INVALID_MESSAGE",
        "null               | INVALID_MESSAGE",
        "7                  | INVALID_MESSAGE"
      })
  void refusesWhatIsNoObjectAndTellsNothingOfIt(String json, ErrorCode code) {
    Rejection fault = read(json);

    assertThat(fault).isNotNull();
    assertThat(fault.code()).isEqualTo(code);
    assertThat(members).isEmpty();
  }
}
