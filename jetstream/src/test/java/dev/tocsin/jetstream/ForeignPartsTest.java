package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Stretch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForeignPartsTest {

  /// So few that all parts are recorded.
  private static final int SIZE = 2 * ForeignParts.MAX_RECORDED;

  private final ForeignParts parts = new ForeignParts();

  private static StreamInfo stream(long first, long last) {
    return new StreamInfo(
        "", first, last, 0, 0, Optional.empty(), 1, 0, null, new CopyMarks(null, 0));
  }

  /// The same as a set of numbers.
  @Test
  void whatComesAndGoesIsWhatIsThere() {
    Random random = new Random(1);
    BitSet expected = new BitSet();
    parts.begin(List.of(), stream(1, SIZE));
    for (int i = 0; i < 5_000; i++) {
      int at = 1 + random.nextInt(SIZE);
      if (random.nextBoolean()) {
        parts.add(at);
        expected.set(at);
      } else {
        int to = Math.min(SIZE, at + random.nextInt(20));
        int found = at + random.nextInt(to - at + 1);
        parts.lookedThrough(parts.epoch(), at - 1, to, List.of((long) found));
        expected.clear(at, to + 1);
        expected.set(found);
      }
      assertThat(parts.recorded()).isEqualTo(stretches(expected));
      int position = random.nextInt(SIZE);
      assertThat(Optional.ofNullable(parts.after(position)))
          .isEqualTo(stretches(expected).stream().filter(part -> part.to() > position).findFirst());
      assertThat(Optional.ofNullable(parts.upTo(position)))
          .isEqualTo(
              stretches(expected).reversed().stream()
                  .filter(part -> part.from() <= position)
                  .findFirst());
    }
  }

  private static List<Stretch> stretches(BitSet set) {
    List<Stretch> all = new ArrayList<>();
    for (int from = set.nextSetBit(0); from >= 0; ) {
      int end = set.nextClearBit(from);
      all.add(new Stretch(from, end - 1));
      from = set.nextSetBit(end);
    }
    return all;
  }

  @Test
  void tooManyAreJoined() {
    parts.begin(List.of(), stream(1, 0));
    for (long sequence = 1; sequence <= 10L * ForeignParts.MAX_PARTS; sequence += 2) {
      parts.add(sequence);
    }

    int count = 0;
    long position = 0;
    for (Stretch part = parts.after(0); part != null; part = parts.after(position)) {
      count++;
      position = part.to();
    }
    assertThat(count).isEqualTo(ForeignParts.MAX_PARTS);
    assertThat(position).isEqualTo(10L * ForeignParts.MAX_PARTS - 1);
    assertThat(parts.recorded()).hasSize(ForeignParts.MAX_RECORDED);
  }

  @Test
  void whatTheStreamDoesNotHaveIsForgotten() {
    parts.begin(List.of(new Stretch(1, 100)), stream(11, 50));

    assertThat(parts.recorded()).containsExactly(new Stretch(11, 50));
    assertThat(parts.end()).isEqualTo(50);
    parts.forgetBefore(21);
    assertThat(parts.recorded()).containsExactly(new Stretch(21, 50));
  }

  @Test
  void whatWasFoundInAnotherEpochDoesNotCount() {
    parts.begin(List.of(), stream(1, 10));
    long before = parts.epoch();
    parts.begin(List.of(new Stretch(1, 10)), stream(1, 10));

    parts.lookedThrough(before, 0, 10, List.of());

    assertThat(parts.recorded()).containsExactly(new Stretch(1, 10));
  }

  @Test
  void nothingIsLookedThroughBetweenTwoMessagesNextToEachOther() {
    parts.begin(List.of(new Stretch(6, 7)), stream(1, 10));

    parts.lookedThrough(parts.epoch(), 6, 6, List.of());

    assertThat(parts.recorded()).containsExactly(new Stretch(6, 7));
  }

  @Test
  void aRecordThatSaysNothingOfThemMayHaveThemEverywhere() {
    for (String foreign :
        List.of("", ",\"foreign\":7", ",\"foreign\":[[0,3]]", ",\"foreign\":[[4,3]]")) {
      String json = "{\"epoch\":\"e\",\"sequence\":9" + foreign + "}";
      EpochRecord record = EpochRecord.of(json.getBytes(StandardCharsets.UTF_8), 1);

      assertThat(record).isNotNull();
      assertThat(record.foreign()).containsExactly(new Stretch(1, 9));
      assertThat(EpochRecord.of(record.json(), 1)).isEqualTo(record);
    }
  }
}
