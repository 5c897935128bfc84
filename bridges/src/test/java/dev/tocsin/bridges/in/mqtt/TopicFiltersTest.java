package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.mapping.TopicFilter;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// Several filters as one subscription.
class TopicFiltersTest {

  @Provide
  Arbitrary<List<TopicFilter>> filters() {
    Arbitrary<List<String>> levels =
        Arbitraries.of("a", "b", "+", "", "$s").list().ofMinSize(1).ofMaxSize(3);
    Arbitrary<TopicFilter> closed = levels.map(TopicFilter::new);
    Arbitrary<TopicFilter> open =
        levels.map(some -> {
          List<String> all = new java.util.ArrayList<>(some);
          all.add("#");
          return new TopicFilter(all);
        });
    return Arbitraries.oneOf(closed, open, Arbitraries.just(TopicFilter.of("#")))
        .list()
        .ofMaxSize(5);
  }

  @Provide
  Arbitrary<List<String>> topic() {
    return Arbitraries.of("a", "b", "c", "", "$s").list().ofMinSize(1).ofMaxSize(5);
  }

  @Property
  void everyTopicThatIsMeantIsMeantOnce(
      @ForAll("filters") List<TopicFilter> filters, @ForAll("topic") List<String> topic) {
    List<TopicFilter> apart = TopicFilters.apart(filters);

    long times = apart.stream().filter(filter -> filter.matches(topic)).count();
    assertThat(times).isLessThanOrEqualTo(1);
    if (filters.stream().anyMatch(filter -> filter.matches(topic))) {
      assertThat(times).isEqualTo(1);
    }
  }

  @Test
  void filtersThatShareNothingStay() {
    List<TopicFilter> filters =
        List.of(TopicFilter.of("a/+/c"), TopicFilter.of("a/b"), TopicFilter.of("b/#"));

    assertThat(TopicFilters.apart(filters)).containsExactlyElementsOf(filters);
    assertThat(TopicFilters.apart(List.of(TopicFilter.of("a/+/c"), TopicFilter.of("a/b/+"))))
        .containsExactly(TopicFilter.of("a/+/+"));
  }
}
