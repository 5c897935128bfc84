package dev.tocsin.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Each scenario, small: what has to hold holds, and what should happen happens.
@Timeout(120)
class ScenarioTest {

  private static Scale scale(int gateways, int eventsPerSecond, long seed) {
    return new Scale(gateways, 600, 2, 20, eventsPerSecond, 400, seed);
  }

  private static Report run(Scenario scenario) {
    return new Simulation(scale(4, 200, 1), Coefficients.DEFAULT).run(scenario);
  }

  @ParameterizedTest
  @EnumSource
  void everyInvariantHolds(Scenario scenario) {
    Report report = run(scenario);

    assertThat(report.told()).isEmpty();
    assertThat(report.isGood()).isTrue();
    assertThat(report.deliveries()).isGreaterThan(10L * report.published());
    assertThat(report.figures().acknowledged)
        .isEqualTo(
            report.published()
                - report.figures().refused
                - report.figures().uncertain
                - report.figures().orphaned);
  }

  @Test
  void theSocketsOfADeadGatewayComeBackToTheOthers() {
    Report report = run(Scenario.GATEWAY_DIES);

    assertThat(report.figures().reconnected).isEqualTo(600);
    assertThat(report.allLiveNanos()).isBetween(400_000_000L, 3_000_000_000L);
    assertThat(report.peakRoom()).isPositive();
  }

  @Test
  void whatWaitedForTheLogIsStoredWhenItIsBack() {
    Report report = run(Scenario.LOG_RETURNS);

    assertThat(report.figures().reconnected).isZero();
    assertThat(report.figures().acknowledged).isGreaterThan(report.published() * 9L / 10);
    assertThat(report.peakBits()).isGreaterThan(3 * report.calmBits());
  }

  @Test
  void anUpgradeMovesAllSocketsAndNewGatewaysReadTheLog() {
    Report report = run(Scenario.ROLLING_UPGRADE);

    assertThat(report.figures().reconnected).isGreaterThanOrEqualTo(4 * 600L);
    assertThat(report.peakPages()).isPositive();
  }

  @Test
  void whoWaitsTooLongAtTheDoorTriesAgain() {
    Coefficients slow = new Coefficients(Map.of(Coefficient.RECONNECT_NANOS, 50_000_000L));

    Report report = new Simulation(scale(4, 200, 1), slow).run(Scenario.EVERYONE_RECONNECTS);

    assertThat(report.told()).isEmpty();
    assertThat(report.isGood()).isTrue();
    assertThat(report.figures().attempts).isPositive();
    assertThat(report.figures().reconnected).isEqualTo(4 * 600L);
  }

  @Test
  void lossesAreToldAndANewEpochBeginsAtTheHead() {
    Report report = run(Scenario.TROUBLED_LOG);

    assertThat(report.figures().gaps).isPositive();
    assertThat(report.figures().restarted).isPositive();
  }

  @Test
  void theSameSeedIsTheSameRun() {
    Report one = run(Scenario.TROUBLED_LOG);
    Report again = run(Scenario.TROUBLED_LOG);
    Report other =
        new Simulation(scale(4, 200, 2), Coefficients.DEFAULT).run(Scenario.TROUBLED_LOG);

    assertThat(again.digest()).isEqualTo(one.digest());
    assertThat(again.row()).isEqualTo(one.row());
    assertThat(other.digest()).isNotEqualTo(one.digest());
  }

  /// Each invariant is seen to fail once.
  @ParameterizedTest
  @CsvSource({
    "SWAPS, GATEWAY_DIES, ORDER, 400",
    "DROPS, GATEWAY_DIES, NONE_MISSED, 400",
    "HIDES_LOSSES, TROUBLED_LOG, NONE_MISSED, 400",
    "STORES_TWICE, GATEWAY_DIES, NONE_DOUBLE, 400",
    "FORGETS_LAST, ROLLING_UPGRADE, PREVIOUS, 50",
    "LONG_PAGES, ROLLING_UPGRADE, MEMORY, 400",
    "ACKNOWLEDGES_WRONGLY, GATEWAY_DIES, ACKNOWLEDGED, 400",
    "NEVER_READS, ROLLING_UPGRADE, ALL_LIVE, 400"
  })
  void aBrokenLogIsNoticed(
      BrokenLog.Fault fault, Scenario scenario, Invariant invariant, int eventsPerSecond) {
    Report report =
        new Simulation(
                scale(3, eventsPerSecond, 1),
                Coefficients.DEFAULT,
                (gateway, log) -> new BrokenLog(log, fault))
            .run(scenario);

    assertThat(report.violations()).containsKey(invariant);
    assertThat(report.isGood()).isFalse();
  }
}
