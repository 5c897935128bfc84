package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithUtf8Length;
import dev.tocsin.hub.EventPattern.Compilation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventPatternFuzzTest {

  /// The longest pattern for which the naive matcher is quick enough.
  private static final int SHORT = 12;

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void compilesOrRefusesAnythingAndMatchesAsItIsMeant(
      @NotNull @WithUtf8Length(max = 600) String text,
      @NotNull @WithUtf8Length(max = 16) String name) {
    switch (EventPattern.compile(List.of(text))) {
      case Compilation.Refused refused -> assertThat(refused.rejection().message()).isNotEmpty();
      case Compilation.Compiled compiled -> {
        EventPattern pattern = compiled.patterns().getFirst();
        boolean matches = pattern.matches(name);
        assertThat(EventPattern.of(pattern.text()).matches(name)).isEqualTo(matches);
        if (text.length() <= SHORT && isAscii(text) && isAscii(name)) {
          assertThat(matches).isEqualTo(NaiveGlob.matches(text, name));
        }
      }
    }
  }

  /// Beyond ASCII the naive matcher lowers the letter case of whole words.
  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }

  static Stream<Arguments> seeds() {
    return Stream.of(
        arguments("alert.*", "alert.created"),
        arguments("*a*b?", "xaybz"),
        arguments("[!a-c]*[]x-]", "door]"),
        arguments("[z-a]", "m"),
        arguments("[", "a"),
        arguments("", ""),
        arguments("*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaa"),
        arguments("\u0130[\ud83d\ude00-\ud83d\ude02]\ud83d", "i\ud83d\ude01?"));
  }
}
