package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {

  private static final Pattern PATTERN = Pattern.compile(IsoDateTime.PATTERN);

  @ParameterizedTest
  @CsvSource({
    "2026-01-09T12:00:00Z, 2026-01-09T12:00:00Z",
    "2026-01-09t12:00:00z, 2026-01-09T12:00:00Z",
    "2026-01-09T12:00:00, 2026-01-09T12:00:00Z",
    "2026-01-09T12:00, 2026-01-09T12:00:00Z",
    "2026-01-09T12:00Z, 2026-01-09T12:00:00Z",
    "2026-01-09T12:00+02:00, 2026-01-09T10:00:00Z",
    "2026-01-09T12:00:00+0200, 2026-01-09T10:00:00Z",
    "2026-01-09T12:00:00+02, 2026-01-09T10:00:00Z",
    "2026-01-09T12:00:00-02:30, 2026-01-09T14:30:00Z",
    "2026-01-09T12:00:00-0230, 2026-01-09T14:30:00Z",
    "2026-01-09T12:00:00-00:00, 2026-01-09T12:00:00Z",
    "2026-01-09T00:00:00+23:59, 2026-01-08T00:01:00Z",
    "2026-01-09T12:00:00.5Z, 2026-01-09T12:00:00.500Z",
    "'2026-01-09T12:00:00,25Z', 2026-01-09T12:00:00.250Z",
    "2026-01-09T12:00:00.123456789Z, 2026-01-09T12:00:00.123456789Z",
    "2026-01-09T12:00:00.1234567891234Z, 2026-01-09T12:00:00.123456789Z",
    "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
    "2000-02-29T00:00:00Z, 2000-02-29T00:00:00Z",
    "2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z",
    "2016-12-31T23:59:60.75Z, 2017-01-01T00:00:00Z",
    "2017-01-01T00:59:60+01:00, 2017-01-01T00:00:00Z",
    "1990-12-31T15:59:60-08:00, 1991-01-01T00:00:00Z",
    "1990-12-31T23:59:60, 1991-01-01T00:00:00Z",
    "2015-07-01T05:44:60+0545, 2015-07-01T00:00:00Z",
    "2015-06-30T00:00:60-23:59, 2015-07-01T00:00:00Z",
    "2016-02-29T23:59:60-00, 2016-03-01T00:00:00Z",
    "2015-02-28T23:59:60Z, 2015-03-01T00:00:00Z",
    "2015-03-01T12:59:60+13, 2015-03-01T00:00:00Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
  })
  void momentIsReadAndItsTextKept(String text, String instant) {
    Timestamp timestamp = new Timestamp(text);

    assertThat(timestamp.toInstant()).isEqualTo(Instant.parse(instant));
    assertThat(timestamp).hasToString(text);
    assertThat(PATTERN.matcher(text).matches()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2026-01-09",
        "12:00:00Z",
        "2026-01-09 12:00:00Z",
        "2026-01-09T12",
        "2026-01-09T12Z",
        "2026-01-09T12:00:00ZZ",
        "2026-01-09T12:00:00Z ",
        " 2026-01-09T12:00:00Z",
        "2026-01-09T12:00:00Z\n",
        "2026-01-09T12:00:00\n",
        "2026-02-30T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z",
        "2026-04-31T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-01-00T12:00:00Z",
        "2026-01-32T12:00:00Z",
        "2026-01-09T24:00:00Z",
        "2026-01-09T12:60:00Z",
        "2026-01-09T12:00:60Z",
        "2016-12-31T23:58:60Z",
        "2016-12-31T23:59:61Z",
        "2016-12-31T23:59:60+01:00",
        "2017-01-01T23:59:60+23:59x",
        "2015-03-03T23:59:60Z",
        "2016-02-28T23:59:60Z",
        "2015-02-29T23:59:60Z",
        "2017-01-01T00:59:60Z",
        "2017-01-01T00:59:60-01:00",
        "2017-01-02T00:59:60+01:00",
        "2016-12-30T22:59:60-01:00",
        "2026-01-09T12:00:00.Z",
        "2026-01-09T12:00:00,Z",
        "2026-01-09T12:00.5Z",
        "2026-01-09T12:00:00+24:00",
        "2026-01-09T12:00:00+02:60",
        "2026-01-09T12:00:00+2",
        "2026-01-09T12:00:00+02:",
        "2026-01-09T12:00:00+02:0",
        "2026-01-09T12:00:00+02000",
        "2026-01-09T12:00:00 +02:00",
        "2026-01-09T12:00:00UTC",
        "26-01-09T12:00:00Z",
        "+2026-01-09T12:00:00Z",
        "20260109T120000Z",
        "2026-W02-5T12:00:00Z",
        "2026-009T12:00:00Z",
        "2026-1-9T12:00:00Z",
        "\u0662\u0660\u0662\u0666-01-09T12:00:00Z",
        "2026-01-09T12:00:0\u0660Z",
        "\uff12\uff10\uff12\uff16-01-09T12:00:00Z",
        "2026\u201301\u201309T12:00:00Z",
      })
  void everythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Timestamp(text));
    assertThat(PATTERN.matcher(text).matches()).isFalse();
  }

  /// What the pattern cannot tell: whether a leap second's time of day fits its offset.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2016-12-31T23:59:60-01:00",
        "2017-01-01T01:59:60+01:00",
        "2017-01-01T00:58:60+01:00",
        "2017-01-01T23:59:60+00:00",
        "1990-12-31T15:58:60-08:00",
      })
  void aLeapSecondIsOneInUtc(String text) {
    assertThat(IsoDateTime.isDateTime(text)).isFalse();
  }

  /// Texts that are moments or nearly so.
  @Provide
  Arbitrary<String> nearMoments() {
    return Combinators.combine(
            Arbitraries.of("2024", "2023", "1900", "2000", "0000", "9999", "202", "20x4"),
            Arbitraries.of(
                "-01-31", "-02-28", "-02-29", "-02-30", "-04-30", "-04-31", "-12-01", "-00-10",
                "-13-10", "-10-00", "/01/01"),
            Arbitraries.of("T", "t", " ", "", "TT"),
            Arbitraries.of("00:00", "23:59", "24:00", "12:60", "12", "1:00", "1200", "00:59"),
            Arbitraries.of("", ":00", ":59", ":60", ":61", ":0", ":"),
            Arbitraries.of("", ".0", ",123", ".", ".1234567890", ".x"),
            Arbitraries.of(
                "", "Z", "z", "+00", "-23:59", "+2359", "+01", "+24:00", "+1", "+12:", "\n", "Y"))
        .as((year, day, t, time, second, fraction, offset) ->
            year + day + t + time + second + fraction + offset);
  }

  private static void assertScannerAndPatternAgree(String text) {
    boolean matches = PATTERN.matcher(text).matches();
    boolean leapSecondWithOffset = text.matches(".{16}:60([.,][0-9]+)?[+-][0-9:]+");
    if (leapSecondWithOffset && matches) {
      return;
    }
    assertThat(IsoDateTime.isDateTime(text)).as(text).isEqualTo(matches);
  }

  @Property(tries = 20_000)
  void scannerAndPatternAgree(@ForAll("nearMoments") String text) {
    assertScannerAndPatternAgree(text);
  }

  @Property(tries = 5_000)
  void scannerAndPatternAgreeWhenACharacterIsChanged(
      @ForAll("nearMoments") String text, @ForAll int where, @ForAll char what) {
    if (!text.isEmpty()) {
      int at = Math.floorMod(where, text.length());
      assertScannerAndPatternAgree(text.substring(0, at) + what + text.substring(at + 1));
    }
  }

  /// The end of each month is a leap second wherever one is, and no other second 60 is one.
  @Property(tries = 5_000)
  void endsOfMonthsAreLeapSecondsAtEveryOffset(
      @ForAll @IntRange(min = 1, max = 9998) int year,
      @ForAll @IntRange(min = 1, max = 12) int month,
      @ForAll @IntRange(min = -1439, max = 1439) int offset,
      @ForAll @IntRange(min = -2, max = 2) int late) {
    LocalDateTime local =
        LocalDateTime.of(year, month, 1, 0, 0)
            .plusMonths(1)
            .minusMinutes(1)
            .plusMinutes(offset + late);
    String text =
        "%s:60%s%02d:%02d"
            .formatted(
                local.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm")),
                offset < 0 ? "-" : "+",
                Math.abs(offset) / 60,
                Math.abs(offset) % 60);

    assertThat(IsoDateTime.isDateTime(text)).as(text).isEqualTo(late == 0);
    assertThat(IsoDateTime.isRfc3339(text)).as(text).isEqualTo(late == 0);
    if (late == 0) {
      assertThat(PATTERN.matcher(text).matches()).as(text).isTrue();
    }
  }

  /// The one pass over the bytes and the whole check find the same events valid.
  @Property(tries = 5_000)
  void bothWaysOfCheckingAnEventAgree(@ForAll("nearMoments") String text) {
    byte[] json =
        ("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"},\"timestamp\":\""
                + text.replace("\n", "\\n")
                + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    EventEncoder encoder = new EventEncoder(EventCatalog.builtIn(), InstantSource.system());

    assertThat(new PlainEnvelope(EventCatalog.builtIn(), json, 0, json.length).isValid())
        .isEqualTo(
            encoder.encodeAny(json, 0, json.length, new Suggestions.Budget())
                instanceof EncodedEvent);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-09T12:00:00Z, true",
    "2026-01-09t12:00:00.5z, true",
    "2026-01-09T12:00:00-08:00, true",
    "1990-12-31T15:59:60-08:00, true",
    "1990-12-31T23:59:60Z, true",
    "2016-12-31T23:59:60+01:00, false",
    "2015-03-03T23:59:60Z, false",
    "2026-01-09T12:00:00, false",
    "2026-01-09T12:00Z, false",
    "2026-01-09T12:00+02:00, false",
    "'2026-01-09T12:00:00,5Z', false",
    "2026-01-09T12:00:00+0200, false",
    "2026-01-09T12:00:00+02, false",
    "2026-01-09 12:00:00Z, false",
  })
  void dateTimesOfJsonSchemaAreThoseOfRfc3339(String text, boolean accepted) {
    assertThat(IsoDateTime.isRfc3339(text)).isEqualTo(accepted);
  }

  @Property
  void momentsOfTheClockComeBack(
      @ForAll @LongRange(min = -62_167_219_200L, max = 253_402_300_799L) long second,
      @ForAll("offsets") ZoneOffset offset) {
    OffsetDateTime moment = OffsetDateTime.ofInstant(Instant.ofEpochSecond(second), offset);
    if (moment.getYear() >= 0 && moment.getYear() <= 9999) {
      assertThat(new Timestamp(moment.toString()).toInstant()).isEqualTo(moment.toInstant());
    }
  }

  @Provide
  Arbitrary<ZoneOffset> offsets() {
    return Arbitraries.integers()
        .between(-18 * 60, 18 * 60)
        .map(minutes -> ZoneOffset.ofTotalSeconds(minutes * 60));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-09T12:00:00, false",
    "2026-01-09T12:00, false",
    "2026-01-09T12:00:00Z, true",
    "2026-01-09T12:00-05, true",
    "2026-01-09, false",
  })
  void envelopesNeedAnOffset(String text, boolean accepted) {
    assertThat(IsoDateTime.isOffsetDateTime(text)).isEqualTo(accepted);
  }

  @Test
  void presentMomentIsTakenFromTheClockToTheMillisecond() {
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-09T12:00:00.123456Z"));

    assertThat(Timestamp.now(clock)).hasToString("2026-01-09T12:00:00.123Z");
  }
}
