package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
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
    "camera.ofline, camera.offline",
    "camera.onlne, camera.online",
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
  void ofEquallyNearOnesTheOneThatBeginsAsTheWordDoesIsSuggested() {
    assertThat(Suggestions.nearest("abcd", List.of("xbcd", "abxd", "axcd"))).contains("abxd");
  }

  @Test
  void threeEditsAreNearAndFourAreNot() {
    assertThat(Suggestions.nearest("abcdefghijkl", List.of("abcdefghixyz"))).isPresent();
    assertThat(Suggestions.nearest("abcdefghijkl", List.of("abcdefghwxyz"))).isEmpty();
  }

  @Test
  void aWordLongerThanAnyNameHasNone() {
    String name = "a".repeat(EventType.MAX_NAME_LENGTH);

    assertThat(Suggestions.nearest(name + "bbb", List.of(name))).contains(name);
    assertThat(Suggestions.nearest(name + "bbbb", List.of(name))).isEmpty();
    assertThat(Suggestions.nearest(name + "b", List.of(name + "c"))).isEmpty();
  }

  @Test
  void nearestIsWhatComparingEveryPairInFullFinds() {
    Random random = new Random(12);
    List<String> names =
        IntStream.range(0, 60).mapToObj(i -> word(random, 3 + random.nextInt(12))).toList();
    Suggestions suggestions = Suggestions.of(names);
    for (int i = 0; i < 20_000; i++) {
      String word = edited(random, names.get(random.nextInt(names.size())), random.nextInt(6));
      assertThat(suggestions.nearest(word)).as(word).isEqualTo(nearestInFull(word, names));
    }
  }

  @Test
  void aTurnHasABudgetOfSuggestions() {
    EventEncoder encoder = new EventEncoder(EventCatalog.builtIn(), InstantSource.system());
    byte[] slip = "{\"type\":\"alert.craeted\",\"payload\":{}}".getBytes(StandardCharsets.UTF_8);
    Suggestions.Budget turn = new Suggestions.Budget();

    List<String> messages =
        IntStream.range(0, 100)
            .mapToObj(i -> ((Rejection) encoder.encode(slip, 0, slip.length, turn)).message())
            .toList();

    assertThat(messages).allSatisfy(message -> assertThat(message).contains("alert.craeted"));
    assertThat(messages.stream().filter(message -> message.contains("did you mean")))
        .hasSize(Suggestions.Budget.PER_TURN);
    assertThat(messages.getFirst()).contains("did you mean");
  }

  private static String word(Random random, int length) {
    return random
        .ints(length, 'a', 'e')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String edited(Random random, String word, int edits) {
    StringBuilder text = new StringBuilder(word);
    for (int i = 0; i < edits && text.length() > 1; i++) {
      int at = random.nextInt(text.length() - 1);
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, 'e');
        case 1 -> text.deleteCharAt(at);
        case 2 -> text.setCharAt(at, 'a');
        default -> {
          char c = text.charAt(at);
          text.setCharAt(at, text.charAt(at + 1));
          text.setCharAt(at + 1, c);
        }
      }
    }
    return text.toString();
  }

  private static Optional<String> nearestInFull(String word, List<String> names) {
    int most = Math.min(3, word.length() / 3);
    return names.stream()
        .filter(name -> distance(word, name) <= most)
        .min(
            Comparator.<String>comparingInt(name -> distance(word, name))
                .thenComparingInt(name -> -beginning(word, name)));
  }

  private static int beginning(String a, String b) {
    int common = 0;
    while (common < a.length() && common < b.length() && a.charAt(common) == b.charAt(common)) {
      common++;
    }
    return common;
  }

  /// Optimal string alignment by its definition.
  private static int distance(String a, String b) {
    int[][] cells = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cells[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(cells[i - 1][j - 1] + change, Math.min(cells[i - 1][j], cells[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        cells[i][j] = swapped ? Math.min(least, cells[i - 2][j - 2] + 1) : least;
      }
    }
    return cells[a.length()][b.length()];
  }
}
