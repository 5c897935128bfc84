package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PositionsTest {

  private final Tally tally = new Tally();
  private final Positions positions = new Positions(tally);

  private boolean event(long sequence, long previous) {
    byte[] bytes =
        ("..{\"type\":\"a.b\",\"payload\":{\"sequence\":77},\"sequence\":"
                + sequence
                + ",\"previous\":"
                + previous
                + "}..")
            .getBytes(StandardCharsets.UTF_8);
    return positions.event(bytes, 2, bytes.length - 2);
  }

  private void message(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(positions.event(bytes, 0, bytes.length)).isFalse();
    positions.message(bytes, 0, bytes.length);
  }

  private void assertFaults(int gaps, int duplicates, int outOfOrder) {
    assertThat(tally.gaps()).isEqualTo(gaps);
    assertThat(tally.duplicates()).isEqualTo(duplicates);
    assertThat(tally.outsideOrder()).isEqualTo(outOfOrder);
  }

  @Test
  void whatFollowsOnEachOtherHasNoFault() {
    message("{\"type\":\"connection.established\",\"payload\":{\"epoch\":\"e\",\"sequence\":10}}");

    assertThat(event(12, 10)).isTrue();
    event(13, 12);
    event(20, 13); // the others in between were not for this connection

    assertFaults(0, 0, 0);
  }

  @Test
  void aPositionInBetweenIsOneToFollowOn() {
    event(12, 10);
    message("{\"type\":\"ping\",\"timestamp\":\"x\",\"sequence\":15}");
    event(16, 15);

    assertFaults(0, 0, 0);
  }

  @Test
  void whatIsMissingIsAGap() {
    event(12, 10);
    event(15, 14);

    assertFaults(1, 0, 0);
  }

  @Test
  void whatComesAgainIsADuplicateAndWhatComesLateIsOutOfOrder() {
    event(12, 10);
    event(13, 12);
    event(13, 12);
    event(12, 10);

    assertFaults(0, 1, 1);
  }

  @Test
  void whatHasNoPositionIsNoEvent() {
    byte[] bare = "{\"sequence\":1,\"previous\":}".getBytes(StandardCharsets.UTF_8);

    assertThat(positions.event(bare, 0, bare.length)).isFalse();
    assertThat(positions.event(bare, 3, 3)).isFalse();
  }
}
