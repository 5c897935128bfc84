package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Conditions;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.FieldValues;
import dev.tocsin.events.PayloadField;
import dev.tocsin.events.Where;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Who stands where, and how alternatives are brought into one form. What an event finds is
/// [FilteredShardTest]'s.
class ConditionIndexTest {

  private static final Map<String, PayloadField> FIELDS =
      Map.of(
          "camera", new PayloadField("camera", PayloadField.Kind.TEXT),
          "label", new PayloadField("label", PayloadField.Kind.TEXT),
          "score", new PayloadField("score", PayloadField.Kind.NUMBER));

  private final ConditionIndex<String> index = new ConditionIndex<>();

  private static Set<Conditions> alternatives(String... wheres) {
    return Stream.of(wheres)
        .map(where -> Where.of(where.replace('\'', '"')).on(FIELDS).orElseThrow())
        .collect(Collectors.toSet());
  }

  private List<String> find(String payload) {
    byte[] bytes = payload.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    EncodedEvent event = EncodedEvent.of("a.b", bytes, SampleEvents.TIMESTAMP, null, "c");
    List<String> found = new ArrayList<>();
    index.forEach(FieldValues.of(event, FIELDS.keySet()), found::add);
    return found;
  }

  @Test
  void namesEverybodyOnceWhateverItsAlternatives() {
    index.add("both", alternatives("{'camera':'a'}", "{'score':{'min':0.5}}"));
    index.add("other", alternatives("{'camera':['b','c']}", "{'score':{'max':0.1}}"));
    index.add("not", alternatives("{'camera':{'not':'a'}}"));

    assertThat(find("{'camera':'a','score':0.9}")).containsExactly("both");
    assertThat(find("{'camera':'c','score':0.9}"))
        .containsExactlyInAnyOrder("both", "other", "not");
    assertThat(find("{'score':0.05}")).containsExactly("other");
    assertThat(find("{}")).isEmpty();
  }

  @Test
  void leavesNothingBehindOfThoseWhoGo() {
    for (int i = 0; i < 100; i++) {
      index.add(
          "c" + i,
          alternatives(
              "{'camera':['a" + i + "','b'],'label':'person'}",
              "{'score':{'min':" + i + "}}",
              "{'score':{'max':-" + i + "}}",
              "{'label':{'not':'x" + i + "'}}"));
    }
    assertThat(index.placeCount()).isGreaterThan(200);
    for (int i = 0; i < 100; i++) {
      index.remove("c" + i);
    }

    assertThat(index.placeCount()).isZero();
    assertThat(index.isEmpty()).isTrue();
    assertThat(find("{'camera':'b','label':'person','score':3}")).isEmpty();
  }

  @Test
  void alternativesThatMeanTheSameAreEqual() {
    assertThat(Alternatives.simplest(alternatives("{'camera':'a'}", "{'camera':['b','a']}")))
        .isEqualTo(alternatives("{'camera':['a','b']}"));
    assertThat(
            Alternatives.simplest(
                alternatives("{'camera':'a','score':{'min':2}}", "{'score':{'min':1}}")))
        .isEqualTo(alternatives("{'score':{'min':1}}"));
    assertThat(
            Alternatives.simplest(
                alternatives(
                    "{'camera':'a','label':'x'}",
                    "{'camera':'b','label':'x'}",
                    "{'camera':'a','label':'y'}",
                    "{'camera':'b','label':'y'}")))
        .isEqualTo(alternatives("{'camera':['a','b'],'label':['x','y']}"));
    assertThat(
            Alternatives.simplest(
                alternatives("{'camera':'a'}", "{'camera':{'not':'a'}}", "{'label':'x'}")))
        .hasSize(3);
  }
}
