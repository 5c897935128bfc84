package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Map;

class WhereFuzzTest {

  private static final EventCatalog CATALOG = EventCatalog.builtIn();
  private static final EncodedEvent SAYS_NOTHING =
      EncodedEvent.of("a.b", new byte[] {'{', '}'}, "2026-01-09T12:00:00Z", null, null);

  @FuzzTest(maxDuration = "60s")
  void isReadOrRefusedInWords(byte[] json) {
    switch (Where.read(json)) {
      case Where.Reading.Refused(Rejection rejection) -> {
        assertThat(rejection.code()).isEqualTo(ErrorCode.INVALID_FILTER);
        assertThat(rejection.message()).isNotBlank().hasSizeLessThan(2_000);
      }
      case Where.Reading.Read(Where where) -> {
        assertThat(StrictJson.check(json)).isNull();
        if (where != null) {
          assertThat(Where.of(where.json())).isEqualTo(where).hasSameHashCodeAs(where);
          assertThat(where.fields()).hasSizeBetween(1, Where.MAX_FIELDS);
          CATALOG.allEventTypes().stream()
              .flatMap(type -> CATALOG.payloadSchema(type.name()).stream())
              .forEach(schema -> isUnderstoodBy(schema, where));
        }
      }
    }
  }

  private static void isUnderstoodBy(PayloadSchema schema, Where where) {
    Map<String, PayloadField> fields = schema.fields();
    Rejection fault = where.faultOn(List.of(fields));
    if (fault != null) {
      assertThat(fault.code()).isEqualTo(ErrorCode.INVALID_FILTER);
      assertThat(fault.message()).isNotBlank().hasSizeLessThan(2_000);
    }
    where
        .on(fields)
        .ifPresent(conditions ->
            assertThat(conditions.allow(FieldValues.of(SAYS_NOTHING, where.fields())))
                .as("what is absent fulfils no condition")
                .isFalse());
  }
}
