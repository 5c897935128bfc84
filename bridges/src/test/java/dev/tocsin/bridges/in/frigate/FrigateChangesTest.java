package dev.tocsin.bridges.in.frigate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.mapping.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Things that change and change back, and messages that come once more.
class FrigateChangesTest {

  private FrigateTopics frigate = new FrigateTopics("frigate");
  private final List<String> keys = new ArrayList<>();

  private List<Mapped> say(String topic, String payload) {
    return frigate.handle(
        new BridgeMessage(
            "nvr",
            TopicFilter.split("frigate/" + topic),
            TestMessages.json(payload),
            Map.of(),
            TestMessages.NOW));
  }

  private static String review(String zones) {
    return "{\"id\":\"r\",\"camera\":\"c\",\"severity\":\"alert\",\"data\":{\"zones\":["
        + zones
        + "]}}";
  }

  private static String object(String zones) {
    return "{\"id\":\"o\",\"camera\":\"c\",\"label\":\"cat\",\"current_zones\":[" + zones + "]}";
  }

  private static String thing(String topic, String zones) {
    return topic.equals("reviews") ? review(zones) : object(zones);
  }

  private static String message(String type, String before, String after) {
    return "{\"type\":\"" + type + "\"" + before + ",\"after\":" + after + "}";
  }

  /// What is new of a change, for a hub that knows the keys of those before it: what has changed; empty when it is none.
  private String change(String topic, String before, String after) {
    String was = before.equals("-") ? "" : ",\"before\":" + thing(topic, before);
    for (Mapped mapped : say(topic, message("update", was, thing(topic, after)))) {
      if (mapped instanceof Mapped.Event event && event.type().endsWith(".updated")) {
        if (keys.contains(event.key())) {
          return "";
        }
        keys.add(event.key());
        return TestMessages.payload(event).get("updated_fields").toString();
      }
    }
    return "";
  }

  private static String zones(String topic) {
    return topic.equals("reviews") ? "[\"zones\"]" : "[\"current_zones\"]";
  }

  @ParameterizedTest
  @ValueSource(strings = {"reviews", "events"})
  void beforeThatSaysNothingNewIsJudgedByWhatIsKnown(String topic) {
    say(topic, message("new", "", thing(topic, "1")));

    assertThat(change(topic, "1", "1")).isEmpty();
    assertThat(change(topic, "1,2", "1,2")).isEqualTo(zones(topic));
    assertThat(change(topic, "1,2", "1,2")).isEmpty();
    assertThat(change(topic, "-", "1,2")).isEmpty();
    assertThat(change(topic, "-", "1")).isEqualTo(zones(topic));
    assertThat(change(topic, "1,2", "1,2")).isEqualTo(zones(topic));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reviews", "events"})
  void changeBackAndForthIsToldEachTime(String topic) {
    say(topic, message("new", "", thing(topic, "1")));

    for (int i = 0; i < 3; i++) {
      assertThat(change(topic, "1", "1,2")).isEqualTo(zones(topic));
      assertThat(change(topic, "1", "1,2")).as("once more").isEmpty();
      assertThat(change(topic, "1,2", "1")).isEqualTo(zones(topic));
      assertThat(change(topic, "1,2", "1")).as("once more").isEmpty();
    }
  }

  /// A sender that has not seen the acknowledgements, or a broker with an older state.
  @ParameterizedTest
  @ValueSource(strings = {"reviews", "events"})
  void severalMessagesThatComeOnceMoreAreNone(String topic) {
    say(topic, message("new", "", thing(topic, "1")));
    change(topic, "1", "1,2");
    change(topic, "1,2", "1,2,3");

    say(topic, message("new", "", thing(topic, "1")));
    assertThat(change(topic, "1", "1,2")).isEmpty();
    assertThat(change(topic, "1,2", "1,2,3")).isEmpty();
    assertThat(change(topic, "1,2,3", "1")).isEqualTo(zones(topic));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reviews", "events"})
  void changeThatComesOnceMoreAfterARestartIsNone(String topic) {
    say(topic, message("new", "", thing(topic, "1")));
    change(topic, "1", "1,2");

    frigate = new FrigateTopics("frigate");
    assertThat(change(topic, "1", "1,2")).isEmpty();
    assertThat(change(topic, "1,2", "1")).isEqualTo(zones(topic));
  }

  /// What becomes of a message: the types of the events that are new to a hub that knows the keys of those before.
  private List<String> news(String topic, String payload) {
    List<String> news = new ArrayList<>();
    for (Mapped mapped : say(topic, payload)) {
      if (mapped instanceof Mapped.Event event && !keys.contains(event.key())) {
        keys.add(event.key());
        news.add(event.type());
      }
    }
    return news;
  }

  private static String frame(int time, String zones) {
    return object(zones).replace("{", "{\"frame_time\":" + time + ",");
  }

  private static String step(String type, String before, String after) {
    return message(type, ",\"before\":" + before, after);
  }

  /// Between two changes Frigate tells where an object is: such a message says nothing new, and less so when it comes late.
  private static final List<String> STORY =
      List.of(
          step("new", frame(1, "1"), frame(1, "1")),
          step("update", frame(1, "1"), frame(2, "1")),
          step("update", frame(2, "1"), frame(3, "1,2")),
          step("update", frame(3, "1,2"), frame(4, "1,2")),
          step("update", frame(4, "1,2"), frame(5, "1")),
          step("end", frame(5, "1"), frame(5, "1")));

  @Test
  void messagesOfAnObjectThatComeOnceMoreAreNone() {
    for (int said = 1; said <= STORY.size(); said++) {
      assertThat(news("events", STORY.get(said - 1))).isNotEmpty();
      for (int from = 0; from < said; from++) {
        for (String message : STORY.subList(from, said)) {
          assertThat(news("events", message)).as("of %d, from %d on", said, from).isEmpty();
        }
      }
    }
  }

  @Test
  void storyThatComesOnceMoreAfterARestartIsNone() {
    STORY.forEach(message -> news("events", message));

    frigate = new FrigateTopics("frigate");
    for (String message : STORY) {
      assertThat(news("events", message)).isEmpty();
    }
  }

  @Test
  void reviewThatIsOverComesOnceMoreAsNone() {
    List<String> story =
        List.of(
            step("new", review("1"), review("1")),
            step("update", review("1"), review("1")),
            step("update", review("1"), review("1,2")),
            step("update", review("1,2"), review("1")),
            step("update", review("1"), review("1,2")),
            step("end", review("1,2"), review("1,2")));
    List<String> told = new ArrayList<>();
    story.forEach(message -> told.addAll(news("reviews", message)));

    assertThat(told)
        .containsExactly(
            "alert.created", "alert.updated", "alert.updated", "alert.updated", "alert.resolved");
    for (String message : story) {
      assertThat(news("reviews", message)).isEmpty();
    }
    for (String message : story.subList(1, story.size())) {
      assertThat(news("reviews", message)).isEmpty();
    }
  }

  @Test
  void descriptionThatComesBackIsToldAgain() {
    List<String> told = new ArrayList<>();
    for (String one : List.of("A", "A", "B", "B", "A")) {
      Mapped mapped =
          say(
                  "tracked_object_update",
                  "{\"type\":\"description\",\"id\":\"o\",\"description\":\"" + one + "\"}")
              .getFirst();
      if (!told.contains(((Mapped.Event) mapped).key())) {
        told.add(((Mapped.Event) mapped).key());
      }
    }

    assertThat(told).hasSize(3);
  }

  /// It says when it was seen, so the same is a repetition.
  @Test
  void recognitionWithItsTimeIsTheSameHoweverLateItComes() {
    List<String> told = new ArrayList<>();
    for (int time : new int[] {1, 2, 1}) {
      Mapped mapped =
          say(
                  "tracked_object_update",
                  "{\"type\":\"face\",\"id\":\"o\",\"name\":\"Ada\",\"timestamp\":" + time + "}")
              .getFirst();
      told.add(((Mapped.Event) mapped).key());
    }

    assertThat(told.get(2)).isEqualTo(told.get(0)).isNotEqualTo(told.get(1));
  }

  @Test
  void ofTooManyThingsTheOldestIsForgotten() {
    say("reviews", message("new", "", review("1")));
    for (int i = 0; i < FrigateThings.MAX_THINGS; i++) {
      say("reviews", message("new", "", review("1").replace("\"r\"", "\"r" + i + "\"")));
    }

    assertThat(say("reviews", message("update", ",\"before\":" + review("2"), review("2"))))
        .containsExactly(new Mapped.Ignored(Reason.UNCHANGED));
  }
}
