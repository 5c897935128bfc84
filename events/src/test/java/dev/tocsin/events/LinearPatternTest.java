package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearPatternTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "b | abc | true",
        "^b | abc | false",
        "^abc$ | `abc\n` | false",
        "^[0-9]{4}$ | 2026 | true",
        "^\\d+$ | `\u0662` | false",
        "^\\w+$ | `\u00e9` | false",
        "^\\u00e9$ | `\u00e9` | true",
        "^\\\\u00e9$ | \\u00e9 | true",
        "^\\p{Letter}+$ | `\u00e9a` | true",
        "^\\p{L}+$ | `\u00e9a` | true",
        "^(?:ab)*$ | abab | true",
        "^a\\/b\\.c\\-d$ | a/b.c-d | true",
        "^.$ | `\ud83d\ude00` | true",
        "`` | anything | true",
      })
  void patternsMeanWhatTheyMeanInJsonSchema(String regex, String text, boolean matches) {
    assertThat(LinearPattern.compile(regex).matches(text)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?=a)b",
        "(?!a)b",
        "(?<=a)b",
        "(?<!a)b",
        "(a)\\1",
        "(",
        "[",
        "a**",
        "\\",
        "a{1001}",
        "((a{100}){100}){100}",
        "(a{0,50}b{0,50}c{0,50}){20}",
        "\\p{Nonsense}",
      })
  void patternsThatCouldBlowUpOrAreNoneAreRefused(String regex) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LinearPattern.compile(regex))
        .withMessageContaining("pattern");
  }

  @Test
  void classicTrapsAreMatchedInLinearTime() {
    String text = "a".repeat(60_000) + "!";

    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          for (String regex : new String[] {"^(a+)+$", "^(a|aa)*$", "^(.*)*x$", "(a*)*(a*)*b"}) {
            assertThat(LinearPattern.compile(regex).matches(text)).isFalse();
          }
        });
  }
}
