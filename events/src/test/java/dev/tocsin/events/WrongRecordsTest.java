package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/// Records and values of an application's own that cannot be a payload: each is an [IllegalArgumentException] with a sentence,
/// when the schema is made and not when an event is read.
class WrongRecordsTest {

  record Itself(@Doc(value = "v", example = "1") int v, @Doc("r") @Nullable Itself next) {}

  record InAList(@Doc(value = "v", example = "1") int v, @Doc("r") List<InAList> rest) {}

  record First(@Doc("s") @Nullable Second second) {}

  record Second(@Doc("f") @Nullable First first) {}

  record SameNames(
      @Doc(value = "a", example = "a") String cameraId,
      @Doc(value = "b", example = "b") String camera_id) {}

  record NoJson(@Doc("a") @Default("{") int a) {}

  record Unquoted(@Doc("a") @Default("front") String a) {}

  record OtherDefault(@Doc("a") @Default("\"x\"") int a) {}

  record DefaultOutside(@Doc("a") @Default("50") @Range(min = 0, max = 5) int a) {}

  record ExampleOutside(@Doc(value = "a", example = "9") @Range(min = 0, max = 5) int a) {}

  record NoRange(@Doc(value = "a", example = "3") @Range(min = 5, max = 0) int a) {}

  record RangeOfText(@Doc(value = "a", example = "3") @Range(min = 0, max = 9) String a) {}

  enum Nothing {}

  record OfNothing(@Doc("a") Nothing a) {}

  enum Side {
    INSIDE
  }

  record NamesOfAnEnum(@Doc(value = "a", example = "{}") Map<Side, String> a) {}

  @SuppressWarnings("NullablePrimitive") // that it makes no sense is the point
  record NullableInt(@Doc(value = "a", example = "3") @Nullable int a) {}

  static final class Left {
    record Item(@Doc(value = "x", example = "1") int x) {}
  }

  static final class Right {
    record Item(@Doc(value = "y", example = "y") String y) {}
  }

  record SameSimpleNames(
      @Doc("l") Left.Item left, @Doc(value = "r", example = "[]") List<Right.Item> right) {}

  record Strict(@Doc(value = "a", example = "1") int a) {
    Strict {
      if (a < 0) {
        throw new IllegalArgumentException("a is a height");
      }
    }
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(Itself.class, "contains itself"),
        Arguments.of(InAList.class, "contains itself"),
        Arguments.of(First.class, "contains itself"),
        Arguments.of(SameNames.class, "cameraId and camera_id are both \"camera_id\""),
        Arguments.of(NoJson.class, "no JSON"),
        Arguments.of(Unquoted.class, "a text stands in quotes"),
        Arguments.of(OtherDefault.class, "has the default \"x\", which does not fit"),
        Arguments.of(DefaultOutside.class, "must be at most 5"),
        Arguments.of(ExampleOutside.class, "has the example 9, which does not fit"),
        Arguments.of(NoRange.class, "in which no number lies"),
        Arguments.of(RangeOfText.class, "is for numbers"),
        Arguments.of(OfNothing.class, "has no constants"),
        Arguments.of(NamesOfAnEnum.class, "use String"),
        Arguments.of(NullableInt.class, "use its box"),
        Arguments.of(SameSimpleNames.class, "the same simple name"),
        Arguments.of(Record.class, "is no payload record"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aRecordThatCannotBeAPayloadIsASentence(Class<? extends Record> type, String sentence) {
    assertThatThrownBy(() -> PayloadSchema.of(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void whatARecordsConstructorSaysIsHeard() {
    EventCatalog catalog =
        EventCatalog.builtIn()
            .with(EventType.of("tower.built", "towers", "d", PayloadSchema.of(Strict.class)));
    WebSocketEvent event = catalog.createEvent("tower.built", "{\"a\":-1}");

    assertThatThrownBy(() -> event.payload(Strict.class)).hasMessageContaining("a is a height");
  }

  @Test
  void aTypeWithABadNameIsNotTakenByAnotherWay() {
    PayloadSchema payload = PayloadSchema.of(Strict.class);

    assertThatThrownBy(() ->
            EventCatalog.builtIn().with(new EventType("NOT A NAME", "c", "d", payload, false)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> EventCatalog.builtIn().with(new EventType("a.b", null, "d", payload, false)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aModuleThatKeepsItsRecordsToItselfIsToldWhatToSay() throws Exception {
    var closed = String.class.getDeclaredField("value");

    assertThatThrownBy(() -> RecordSchemas.accessible(closed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"opens java.lang to dev.tocsin.events\"");
  }

  @Test
  void whatContainsItselfManyTimesIsNotFollowedForEver() {
    List<Object> wide = new ArrayList<>();
    Object itself = wide;
    for (int i = 0; i < 3; i++) {
      wide.add(itself);
    }

    assertThatThrownBy(() ->
            EventCatalog.builtIn().createEvent("alert.deleted", Map.of("id", "a", "wide", wide)))
        .isInstanceOfSatisfying(
            InvalidEventException.class,
            e -> assertThat(e.rejection().code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE));
  }

  @Test
  void aNumberWithoutJsonIsToldByItsType() {
    assertThatThrownBy(() ->
            EventCatalog.builtIn()
                .createEvent("alert.deleted", Map.of("id", "a", "n", new AtomicLong(4))))
        .hasMessageContaining("was AtomicLong");
  }

  @Test
  void whoChangesAPayloadChangesNoEvent() {
    WebSocketEvent event = EventCatalog.builtIn().createEvent("alert.deleted", "{\"id\":\"a\"}");

    ((ObjectNode) event.payload()).put("id", "another");

    assertThat(event.toJson()).contains("\"id\":\"a\"");
  }
}
