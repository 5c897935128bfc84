package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AllowanceTest {

  private static final Payer ABUSER = Payer.of("abuser", InetAddress.ofLiteral("192.0.2.1"));
  private static final Payer NEIGHBOUR = Payer.of("neighbour", InetAddress.ofLiteral("192.0.2.2"));

  private long nanos = -TimeUnit.SECONDS.toNanos(1);
  private final Allowances allowances = new Allowances(() -> nanos);
  private final Allowance abuser = allowances.enter(ABUSER);

  @Test
  void aBurstIsFree() {
    allowances.enter(NEIGHBOUR);

    abuser.spend(Allowance.BURST_NANOS);

    assertThat(abuser.isInDebt()).isFalse();
  }

  @Test
  void whatWasSpentBeyondItIsPaidByTimeThatPasses() {
    allowances.enter(NEIGHBOUR);
    abuser.spend(Allowance.BURST_NANOS + 1_000);
    assertThat(abuser.debtNanos()).isEqualTo(1_000 * Allowance.PARTS);

    nanos += 1_000 * Allowance.PARTS - 1;
    assertThat(abuser.isInDebt()).isTrue();
    nanos++;

    assertThat(abuser.isInDebt()).isFalse();
  }

  @Test
  void nobodyIsInDebtWhoHasTheLoopToHimself() {
    abuser.spend(2 * Allowance.BURST_NANOS);
    assertThat(abuser.isInDebt()).isFalse();

    Allowance neighbour = allowances.enter(NEIGHBOUR);
    assertThat(abuser.isInDebt()).isTrue();
    assertThat(neighbour.isInDebt()).isFalse();

    allowances.leave(neighbour);
    assertThat(abuser.isInDebt()).isFalse();
  }

  /// Somebody who only knocks is in debt because of those who are there, not the other way round.
  @Test
  void aStrangerPaysWhereSomebodyIsThere() {
    Allowance stranger = allowances.enterStranger(Payer.of("", InetAddress.ofLiteral("192.0.2.3")));
    stranger.spend(2 * Allowance.BURST_NANOS);
    abuser.spend(2 * Allowance.BURST_NANOS);

    assertThat(stranger.isInDebt()).isTrue();
    assertThat(abuser.isInDebt()).isFalse();
  }

  @Test
  void allConnectionsOfAPrincipalAtAnAddressShareOne() {
    assertThat(allowances.enter(ABUSER)).isSameAs(abuser);
    assertThat(allowances.enter(Payer.of("abuser", InetAddress.ofLiteral("192.0.2.2"))))
        .isNotSameAs(abuser);
  }

  @Test
  void noDebtLastsLongerThanItsBound() {
    allowances.enter(NEIGHBOUR);
    for (int i = 0; i < 100; i++) {
      abuser.spend(Allowance.BURST_NANOS);
    }

    assertThat(abuser.debtNanos()).isEqualTo(Allowance.MAX_DEBT_NANOS);
  }

  @Test
  void aProxyIsNeverInDebt() {
    allowances.enter(NEIGHBOUR);

    allowances.free().spend(10 * Allowance.BURST_NANOS);

    assertThat(allowances.free().isInDebt()).isFalse();
  }

  /// Otherwise a debt would be gone with a connection that is made anew.
  @Test
  void whatIsOwedIsRememberedUntilItIsPaidAndNotLonger() {
    allowances.enter(NEIGHBOUR);
    abuser.spend(2 * Allowance.BURST_NANOS);
    allowances.leave(abuser);
    allowances.forgetPaid();
    assertThat(allowances.enter(ABUSER).isInDebt()).isTrue();

    allowances.leave(abuser);
    nanos += 2 * Allowance.BURST_NANOS * Allowance.PARTS;
    allowances.forgetPaid();

    assertThat(allowances.size()).isEqualTo(1);
  }
}
