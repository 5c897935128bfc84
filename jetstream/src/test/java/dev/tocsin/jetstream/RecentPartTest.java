package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentPartTest {

  private static final int ALL = Integer.MAX_VALUE;

  /// What an event of these tests weighs.
  private static final int WEIGHT = SampleEvents.event("a.a").json().length + 200;

  private final RecentPart part = new RecentPart(10, 5L * WEIGHT);

  private void add(long... sequences) {
    for (long sequence : sequences) {
      part.add(new LoggedEvent(sequence, SampleEvents.event("a.a")));
    }
  }

  private static List<Long> sequences(Page page) {
    return page.events().stream().map(LoggedEvent::sequence).toList();
  }

  private Page read(long after) {
    Page page = part.read(after, TypeFilter.ALL, ALL, ALL);
    assertThat(page).isNotNull();
    return page;
  }

  private Page readBack(long before) {
    Page page = part.readBack(before, TypeFilter.ALL, ALL, ALL);
    assertThat(page).isNotNull();
    return page;
  }

  @Test
  void beginsAfterItsBase() {
    add(11, 12);

    assertThat(part.read(9, TypeFilter.ALL, ALL, ALL)).isNull();
    assertThat(sequences(read(10))).containsExactly(11L, 12L);
    assertThat(sequences(read(11))).containsExactly(12L);
    assertThat(read(11).position()).isEqualTo(12);
    assertThat(part.base()).isEqualTo(10);
  }

  @Test
  void theOldestGoWhenItIsFull() {
    add(11, 12, 13, 14, 15);
    assertThat(part.base()).isEqualTo(10);

    add(16);

    assertThat(part.base()).isEqualTo(11);
    assertThat(part.read(10, TypeFilter.ALL, ALL, ALL)).isNull();
    assertThat(sequences(read(11))).containsExactly(12L, 13L, 14L, 15L, 16L);
    assertThat(part.find(11)).isNull();
    assertThat(part.find(12)).isNotNull();
  }

  @Test
  void theNewestStaysHoweverLargeItIs() {
    part.add(new LoggedEvent(11, SampleEvents.event("a.a", "x".repeat(10 * WEIGHT))));

    assertThat(sequences(read(10))).containsExactly(11L);
  }

  @Test
  void whatIsMissingIsLost() {
    add(12, 15);
    part.lose(17);

    Page page = read(10);

    assertThat(sequences(page)).containsExactly(12L, 15L);
    assertThat(page.lost())
        .containsExactly(new Stretch(11, 11), new Stretch(13, 14), new Stretch(16, 17));
    assertThat(page.position()).isEqualTo(17);
    Page back = readBack(18);
    assertThat(sequences(back)).containsExactly(15L, 12L);
    assertThat(back.lost())
        .containsExactly(new Stretch(16, 17), new Stretch(13, 14), new Stretch(11, 11));
    assertThat(back.position()).isEqualTo(10);
    assertThat(part.find(13)).isNull();
  }

  @Test
  void whatTheLogForgetsIsForgotten() {
    add(11, 12, 13);

    part.forgetBefore(13);

    assertThat(part.base()).isEqualTo(12);
    assertThat(part.find(12)).isNull();
    assertThat(part.read(11, TypeFilter.ALL, ALL, ALL)).isNull();
    assertThat(sequences(read(12))).containsExactly(13L);
    part.forgetBefore(5);
    assertThat(part.base()).isEqualTo(12);
    part.forgetBefore(100);
    assertThat(part.base()).isEqualTo(13);
  }

  @Test
  void beginsAnew() {
    add(11, 12);

    part.restart(3);
    add(4);

    assertThat(sequences(read(3))).containsExactly(4L);
    assertThat(part.find(12)).isNull();
    assertThat(part.base()).isEqualTo(3);
  }

  @Test
  void keepsTheOrderWhenItGrowsAfterTheOldestHaveGone() {
    RecentPart many = new RecentPart(0, Long.MAX_VALUE);
    addTo(many, 1, 900);
    many.forgetBefore(501);

    addTo(many, 901, 3_000);

    Page page = many.read(500, TypeFilter.ALL, ALL, ALL);
    assertThat(page).isNotNull();
    assertThat(sequences(page)).isEqualTo(LongStream.rangeClosed(501, 3_000).boxed().toList());
  }

  private static void addTo(RecentPart part, long from, long to) {
    for (long sequence = from; sequence <= to; sequence++) {
      part.add(new LoggedEvent(sequence, SampleEvents.event("a.a")));
    }
  }

  /// Where a look ends, nothing is known of what comes behind it: it is not lost.
  @Test
  void aLookEndsAfterSomeThousandEventsAndSaysNothingOfTheRest() {
    RecentPart many = new RecentPart(0, Long.MAX_VALUE);
    addTo(many, 1, 20_000);
    TypeFilter others = TypeFilter.of(Set.of("b.b"));

    Page page = many.read(0, others, ALL, ALL);
    Page back = many.readBack(20_001, others, ALL, ALL);

    assertThat(page).isNotNull();
    assertThat(page.events()).isEmpty();
    assertThat(page.lost()).isEmpty();
    assertThat(page.position()).isBetween(1L, 19_999L);
    assertThat(back).isNotNull();
    assertThat(back.events()).isEmpty();
    assertThat(back.lost()).isEmpty();
    assertThat(back.position()).isBetween(1L, 19_999L);
  }

  @Test
  void agreesWithAListOfAll() {
    Random random = new Random(7);
    RecentPart many = new RecentPart(0, 3_000L * WEIGHT);
    TreeMap<Long, String> all = new TreeMap<>();
    long newest = 0;
    for (int i = 0; i < 6_000; i++) {
      newest += random.nextInt(20) == 0 ? 1 + random.nextInt(4) : 1;
      if (random.nextInt(30) == 0) {
        many.lose(newest);
      } else {
        String type = random.nextInt(3) == 0 ? "a.a" : "b.b";
        many.add(new LoggedEvent(newest, SampleEvents.event(type)));
        all.put(newest, type);
      }
    }
    assertThat(many.base()).isPositive();
    for (int i = 0; i < 300; i++) {
      TypeFilter types = random.nextBoolean() ? TypeFilter.ALL : TypeFilter.of(Set.of("a.a"));
      int most = 1 + random.nextInt(50);
      long after = random.nextLong(many.base(), newest);
      Page page = many.read(after, types, most, ALL);
      assertThat(page).isNotNull();
      List<Long> between = new ArrayList<>();
      all.subMap(after, false, page.position(), true)
          .forEach((sequence, type) -> {
            if (types.takes(type)) {
              between.add(sequence);
            }
          });
      assertThat(sequences(page)).isEqualTo(between).hasSizeLessThanOrEqualTo(most);
      assertThat(page.position()).isGreaterThan(after);
      long before = random.nextLong(many.base() + 2, newest + 2);
      Page back = many.readBack(before, types, most, ALL);
      assertThat(back).isNotNull();
      List<Long> backwards = new ArrayList<>();
      all.subMap(back.position(), false, before, false)
          .descendingMap()
          .forEach((sequence, type) -> {
            if (types.takes(type)) {
              backwards.add(sequence);
            }
          });
      assertThat(sequences(back)).isEqualTo(backwards).hasSizeLessThanOrEqualTo(most);
      assertThat(back.position()).isLessThan(before - 1);
    }
  }
}
