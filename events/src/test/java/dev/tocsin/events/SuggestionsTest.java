package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuggestionsTest {

  private static final List<String> NAMES =
      EventCatalog.builtIn().allEventTypes().stream().map(EventType::name).toList();

  @ParameterizedTest
  @CsvSource({
    "alert.craeted, alert.created",
    "alrt.created, alert.created",
    "ALERT.CREATED, alert.created",
    "alerts.created, alert.created",
    "camera.of_line, camera.offline",
    "job-progress, job.progress",
    "eror, error",
  })
  void nearestNameIsSuggested(String word, String meant) {
    assertThat(Suggestions.nearest(word, NAMES)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "pi", "weather.changed", "alert", "????????????"})
  void nothingIsSuggestedWhenNothingIsNear(String word) {
    assertThat(Suggestions.nearest(word, NAMES)).isEmpty();
  }

  @Test
  void firstOfSeveralEquallyNearOnesIsSuggested() {
    assertThat(Suggestions.nearest("abcd", List.of("abce", "abcf"))).contains("abce");
  }

  @Test
  void threeEditsAreNearAndFourAreNot() {
    assertThat(Suggestions.nearest("abcdefghijkl", List.of("abcdefghixyz"))).isPresent();
    assertThat(Suggestions.nearest("abcdefghijkl", List.of("abcdefghwxyz"))).isEmpty();
  }
}
