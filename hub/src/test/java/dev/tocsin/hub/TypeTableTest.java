package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Suggestions;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeTableTest {

  private final TypeTable table =
      new TypeTable(EventCatalog.builtIn(), Set.of("door.opened", "alert.created"));

  @Test
  void hasEachTypeOfTheCatalogAndOfTheLogOnce() {
    int catalogued = EventCatalog.builtIn().allEventTypes().size();

    assertThat(table.size()).isEqualTo(catalogued + 1);
    assertThat(EventCatalog.builtIn().allEventTypes())
        .extracting(EventType::name)
        .extracting(table::placeOf)
        .doesNotHaveDuplicates()
        .allMatch(place -> place >= 0 && place < table.size());
    assertThat(table.placeOf("door.opened")).isEqualTo(catalogued);
    assertThat(table.placeOf("door.closed")).isEqualTo(-1);
  }

  @Test
  void knowsWhatAPatternComesDownTo() {
    TypeSet matching = table.matching(EventPattern.of("*.created"));

    assertThat(matching.contains(table.placeOf("alert.created"))).isTrue();
    assertThat(matching.contains(table.placeOf("event.created"))).isTrue();
    assertThat(matching.contains(table.placeOf("door.opened"))).isFalse();
    assertThat(table.matching(EventPattern.of("*"))).isEqualTo(table.all());
    assertThat(table.matching(EventPattern.of("nothing"))).isEqualTo(table.none());
  }

  @ParameterizedTest
  @CsvSource({
    "alrt.*, alert.*",
    "alert.creatd, alert.created",
    "camera.onlin?, camera.online",
    "zzzzzzzzzzzz,",
    "door.*,",
    "connectio.*,"
  })
  void warnsAboutWhatMatchesNoTypeOfTheCatalog(String pattern, String suggestion) {
    List<PatternWarning> warnings =
        table.warnings(List.of(EventPattern.of("alert.*"), EventPattern.of(pattern)), null, null);

    if (pattern.equals("camera.onlin?")) {
      assertThat(warnings).isEmpty();
      return;
    }
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst().pattern()).isEqualTo(pattern);
    assertThat(warnings.getFirst().message()).isNotEmpty();
    assertThat(warnings.getFirst().suggestion()).isEqualTo(suggestion);
  }

  @Test
  void warnsInTheOrderOfThePatterns() {
    List<EventPattern> patterns =
        IntStream.range(0, 256).mapToObj(i -> EventPattern.of("nothing." + i)).toList();

    assertThat(table.warnings(patterns, null, null))
        .extracting(PatternWarning::pattern)
        .isEqualTo(patterns.stream().map(EventPattern::text).toList());
  }

  @Test
  void looksForTheSuggestionsOfTheFirstWarningsOnly() {
    List<EventPattern> slips =
        IntStream.range(0, 30).mapToObj(i -> EventPattern.of("alert.created" + i)).toList();

    List<PatternWarning> warnings = table.warnings(slips, null, null);

    assertThat(warnings.subList(0, Suggestions.Budget.PER_TURN))
        .extracting(PatternWarning::suggestion)
        .containsOnly("alert.created");
    assertThat(warnings.subList(Suggestions.Budget.PER_TURN, 30))
        .extracting(PatternWarning::suggestion)
        .containsOnlyNulls();
  }
}
