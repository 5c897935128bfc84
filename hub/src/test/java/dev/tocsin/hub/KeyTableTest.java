package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTableTest {

  private static final KeyHash HASH = new KeyHash(1, 2);

  private final KeyTable table = new KeyTable();

  private void put(String key, long sequence, long gone) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    HASH.take(bytes, 0, bytes.length, false);
    table.put(HASH.high(), HASH.low(), sequence, gone);
  }

  private static Set<Long> sequences(KeyTable.View view, long above) {
    Set<Long> sequences = new HashSet<>();
    view.forEach(above, (high, low, sequence) -> assertThat(sequences.add(sequence)).isTrue());
    return sequences;
  }

  @Test
  void holdsTheNewestSequenceOfEachKeyHoweverManyThereAre() {
    Random random = new Random(5);
    Map<String, Long> expected = new HashMap<>();
    for (long sequence = 1; sequence <= 60_000; sequence++) {
      String key = "k" + random.nextInt(20_000);
      expected.put(key, sequence);
      put(key, sequence, 0);
    }

    assertThat(table.size()).isEqualTo(expected.size());
    assertThat(sequences(table.view(), 0)).isEqualTo(Set.copyOf(expected.values()));
  }

  @Test
  void olderSequenceDoesNotTakeThePlaceOfANewerOne() {
    put("a", 7, 0);
    put("a", 3, 0);

    assertThat(sequences(table.view(), 0)).containsExactly(7L);
  }

  @Test
  void viewStaysWhatItWasWhileTheTableGoesOn() {
    Random random = new Random(6);
    Map<String, Long> expected = new HashMap<>();
    Map<KeyTable.View, Set<Long>> views = new HashMap<>();
    for (long sequence = 1; sequence <= 30_000; sequence++) {
      String key = "k" + random.nextInt(6_000);
      expected.put(key, sequence);
      put(key, sequence, 0);
      if (random.nextInt(2_000) == 0) {
        views.put(table.view(), Set.copyOf(expected.values()));
      }
    }

    assertThat(views).hasSizeGreaterThan(5);
    views.forEach((view, then) -> assertThat(sequences(view, 0)).isEqualTo(then));
  }

  @Test
  void whatTheLogHasNoMoreMakesRoom() {
    for (long sequence = 1; sequence <= 200_000; sequence++) {
      put("k" + sequence, sequence, sequence - 5_000);
    }

    assertThat(table.size()).isLessThan(40_000);
    assertThat(sequences(table.view(), 195_000)).hasSize(5_000);
  }

  @Test
  void forgetsTheOldestPart() {
    for (long sequence = 1; sequence <= 80_000; sequence++) {
      put("k" + sequence, sequence, 0);
    }
    KeyTable.View before = table.view();

    long through = table.oldestPart(8);
    table.forget(through);

    assertThat(through).isBetween(8_000L, 12_000L);
    assertThat(table.size()).isEqualTo(80_000 - through);
    assertThat(sequences(table.view(), 0))
        .hasSize((int) (80_000 - through))
        .doesNotContain(through);
    assertThat(sequences(before, 0)).hasSize(80_000);
  }

  @Test
  void hashTellsKeysApartAndTextsFromNumbers() {
    Set<Map.Entry<Long, Long>> seen = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      byte[] bytes = "x".repeat(i).getBytes(StandardCharsets.UTF_8);
      for (boolean number : new boolean[] {false, true}) {
        HASH.take(bytes, 0, bytes.length, number);
        assertThat(seen.add(Map.entry(HASH.high(), HASH.low()))).isTrue();
      }
    }
    byte[] shifted = "..xx".getBytes(StandardCharsets.UTF_8);
    HASH.take(shifted, 2, 2, false);
    assertThat(seen).contains(Map.entry(HASH.high(), HASH.low()));
    KeyHash other = new KeyHash(1, 3);
    other.take(shifted, 2, 2, false);
    assertThat(seen).doesNotContain(Map.entry(other.high(), other.low()));
  }
}
