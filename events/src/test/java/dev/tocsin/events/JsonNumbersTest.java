package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonNumbersTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "-0", "0.000", "0e-5", "1", "-1.0", "1e2", "1.50e1", "10e-1", "1e999999999"})
  void numbersWithoutAFractionAreIntegers(String number) {
    assertThat(JsonNumbers.isInteger(number)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1", "-1.5", "1e-1", "1.23e1", "1e-999999999", "15e-1"})
  void numbersWithAFractionAreNot(String number) {
    assertThat(JsonNumbers.isInteger(number)).isFalse();
  }

  @Provide
  Arbitrary<String> numbers() {
    Arbitrary<String> digits = Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(30);
    return Combinators.combine(
            Arbitraries.of("", "-"),
            digits.map(text -> text.replaceFirst("^0+(?=.)", "")),
            digits.map(text -> "." + text).injectNull(0.5),
            Arbitraries.integers().between(-60, 60).injectNull(0.5))
        .as((sign, whole, fraction, exponent) ->
            sign
                + whole
                + (fraction == null ? "" : fraction)
                + (exponent == null ? "" : "e" + exponent));
  }

  @Property
  void valueIsExact(@ForAll("numbers") String number) {
    BigDecimal exact = new BigDecimal(number);

    assertThat(JsonNumbers.value(number)).isEqualByComparingTo(exact);
    assertThat(JsonNumbers.isInteger(number))
        .isEqualTo(exact.stripTrailingZeros().scale() <= 0 || exact.signum() == 0);
  }

  @Property
  void equalNumbersHaveEqualValues(@ForAll("numbers") String number) {
    String longer = new BigDecimal(number).toPlainString();
    longer = longer.contains(".") ? longer + "000" : longer + ".000";

    assertThat(JsonNumbers.value(longer)).isEqualTo(JsonNumbers.value(number));
  }

  @ParameterizedTest
  @CsvSource({
    "1e1001, 1e300, 1",
    "-1e999999999, -1e300, -1",
    "1e-999999999, 0, 1",
    "-1e-999999999, 0, -1",
    "1e-999999999, 1e-300, -1",
    "1e99999999999999999999, 1e300, 1",
    "0e99999999999999999999, 0, 0",
  })
  void numbersBeyondMeasureCompareRightly(String number, String with, int sign) {
    assertThat(JsonNumbers.value(number).compareTo(new BigDecimal(with))).isEqualTo(sign);
  }

  @Test
  void digitsFarAfterThePointStillCount() {
    String justAbove = "100." + "0".repeat(60_000) + "1";
    String justBelow = "99." + "9".repeat(60_000);

    assertThat(JsonNumbers.value(justAbove)).isGreaterThan(new BigDecimal(100));
    assertThat(JsonNumbers.value(justBelow)).isLessThan(new BigDecimal(100));
    assertThat(JsonNumbers.isInteger(justAbove)).isFalse();
    assertThat(JsonNumbers.value(justAbove).stripTrailingZeros().scale()).isPositive();
  }

  @Test
  void integersOfManyDigitsStayIntegersAndOthersDoNot() {
    String digits = "7".repeat(60_000);

    assertThat(JsonNumbers.isInteger(digits)).isTrue();
    assertThat(JsonNumbers.isInteger(digits + ".5")).isFalse();
    assertThat(JsonNumbers.value(digits).stripTrailingZeros().scale()).isLessThanOrEqualTo(0);
    assertThat(JsonNumbers.value(digits + ".5").stripTrailingZeros().scale()).isPositive();
  }

  @Test
  void noNumberIsExpensive() {
    String[] numbers = {
      "9".repeat(64_000),
      "0." + "0".repeat(64_000) + "1",
      "1e999999999",
      "-1e-999999999",
      "1e" + "9".repeat(64_000),
    };

    BigDecimal cent = new BigDecimal("0.01");
    // Of the processor's time, whatever else the machine has to do; the clock's is for what never
    // ends.
    long nanos =
        assertTimeoutPreemptively(
            Duration.ofSeconds(60),
            () -> {
              ThreadMXBean threads = ManagementFactory.getThreadMXBean();
              long begin = threads.getCurrentThreadCpuTime();
              for (int i = 0; i < 200; i++) {
                for (String number : numbers) {
                  JsonNumbers.isInteger(number);
                  assertThat(JsonNumbers.value(number).remainder(cent).abs()).isLessThan(cent);
                }
              }
              return threads.getCurrentThreadCpuTime() - begin;
            });
    assertThat(Duration.ofNanos(nanos)).isLessThan(Duration.ofSeconds(2));
  }
}
