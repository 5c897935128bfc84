package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusedFieldsTest {

  private final RefusedFields fields = new RefusedFields();

  private void note(String type, PayloadError... errors) {
    fields.note(type, new Rejection(ErrorCode.INVALID_PAYLOAD, "", List.of(errors)));
  }

  private static PayloadError error(String path, String code) {
    return new PayloadError(path, code, "");
  }

  @Test
  void aFaultCountsForTheFieldThatHoldsIt() {
    note("a.b", error("/x", "required"), error("/list/3/y", "maximum"), error("", "type"));
    note("a.b", error("/list/4", "maximum"), error("/odd~1name~0", "type"));

    assertThat(fields.now())
        .isEqualTo(
            Map.of(
                new HubStats.RefusedField("a.b", "x", "required"), 1L,
                new HubStats.RefusedField("a.b", "list", "maximum"), 2L,
                new HubStats.RefusedField("a.b", "", "type"), 1L,
                new HubStats.RefusedField("a.b", "odd/name~", "type"), 1L));
  }

  /// A producer that makes names up must not fill the memory.
  @Test
  void namesThatSomebodyMakesUpAreBounded() {
    for (int i = 0; i < 3 * RefusedFields.MAX_TOLD_APART; i++) {
      note("a.b", error("/made-up-" + i, "additionalProperties"));
    }
    note("a.b", error("/made-up-0", "additionalProperties"));
    note("a.b", error("/" + "n".repeat(10_000), "type"));

    assertThat(fields.now()).hasSize(RefusedFields.MAX_TOLD_APART + 1);
    assertThat(
            fields.now().get(new HubStats.RefusedField("a.b", "made-up-0", "additionalProperties")))
        .isEqualTo(2);
    assertThat(fields.now().get(new HubStats.RefusedField("a.b", "", "")))
        .isEqualTo(2L * RefusedFields.MAX_TOLD_APART + 1);
  }

  @Test
  void aLongNameIsCutBetweenCharacters() {
    note("a.b", error("/" + "n".repeat(63) + "\ud83d\udd14", "additionalProperties"));

    assertThat(fields.now())
        .containsOnlyKeys(
            new HubStats.RefusedField("a.b", "n".repeat(63) + "…", "additionalProperties"));
  }

  @Test
  void onePayloadCountsForSoManyFaultsAtTheMost() {
    note(
        "a.b",
        IntStream.range(0, 1_000)
            .mapToObj(i -> error("/list/" + i, "type"))
            .toArray(PayloadError[]::new));

    assertThat(fields.now().values()).containsExactly((long) RefusedFields.MAX_OF_ONE);
  }
}
