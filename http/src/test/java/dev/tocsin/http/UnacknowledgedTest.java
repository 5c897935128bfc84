package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnacknowledgedTest {

  private final Unacknowledged unacknowledged = new Unacknowledged();

  private static TcpInfo info(boolean inFlight, long acked) {
    return new TcpInfo(1, inFlight, true, acked);
  }

  @Test
  void growsWhileSomethingIsOnItsWayOfWhichNothingIsAcknowledged() {
    assertThat(unacknowledged.look(info(true, 100), 1_000)).isZero();
    assertThat(unacknowledged.look(info(true, 100), 16_000)).isEqualTo(15_000);
    assertThat(unacknowledged.look(info(true, 100), 76_000)).isEqualTo(75_000);
  }

  @Test
  void beginsAnewWithEachAcknowledgement() {
    unacknowledged.look(info(true, 100), 1_000);

    assertThat(unacknowledged.look(info(true, 101), 61_000)).isZero();
    assertThat(unacknowledged.look(info(true, 101), 62_000)).isEqualTo(1_000);
  }

  /// A peer whose buffer is full has acknowledged all that was sent; the rest is not sent.
  @Test
  void isNothingForAPeerThatHasNoRoom() {
    unacknowledged.look(info(true, 100), 1_000);

    assertThat(unacknowledged.look(info(false, 100), 600_000)).isZero();
  }

  @Test
  void isNothingWhereTheKernelDoesNotTell() {
    unacknowledged.look(info(true, 100), 1_000);

    assertThat(unacknowledged.look(null, 600_000)).isZero();
    assertThat(unacknowledged.look(info(true, 100), 601_000)).isZero();
  }
}
