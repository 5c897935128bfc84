package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PositionKeeperTest {

  private final PositionKeeper keeper = new PositionKeeper();

  @Test
  void nothingIsMissedWhilePreviousIsAtOrBelowThePosition() {
    keeper.established(new Position("e", 10));

    assertThat(keeper.delivered(11, 3)).isEmpty();
    assertThat(keeper.delivered(20, 11)).isEmpty();
    keeper.told(30);
    assertThat(keeper.delivered(31, 30)).isEmpty();
  }

  @Test
  void somethingIsMissedWhenPreviousIsAboveThePosition() {
    keeper.established(new Position("e", 10));

    assertThat(keeper.delivered(20, 15)).contains(new Gap(11, 15));
    assertThat(keeper.position()).contains(new Position("e", 20));
  }

  @Test
  void whatIsAtOrBelowThePositionIsNotNew() {
    assertThat(keeper.isNew(1)).isFalse();
    keeper.established(new Position("e", 10));

    assertThat(keeper.isNew(10)).isFalse();
    assertThat(keeper.isNew(11)).isTrue();
  }

  @Test
  void resumingGoesBack() {
    keeper.established(new Position("e", 10));

    keeper.resumed(new Position("e", 4));

    assertThat(keeper.delivered(5, 4)).isEmpty();
  }

  @Test
  void whatTheServerDeclaredLostIsNotMissedTwice() {
    keeper.established(new Position("e", 10));

    keeper.missed(new Gap(11, 19));

    assertThat(keeper.delivered(20, 18)).isEmpty();
  }
}
