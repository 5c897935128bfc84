package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static LoadReport.Flow flow(double published, int closed, long lost, double receiver) {
    return new LoadReport.Flow(
        10, published, 50_000, lost, 0, 0, 0, closed, null, 0.25, 1.2, receiver);
  }

  private static List<String> warnings(LoadReport.Flow flow, boolean whole) {
    LoadPlan plan =
        new LoadPlan(
            URI.create("ws://127.0.0.1:1/ws/events"),
            PeerProtocol.TOCSIN,
            "/api/v1/events",
            100,
            ReceiveBy.WEBSOCKET,
            0,
            List.of(List.of()),
            "detection.new",
            300,
            new Pace.OpenLoop(500),
            PublishBy.WS,
            1,
            Duration.ZERO,
            Duration.ofSeconds(10),
            1,
            false,
            Entrance.OPEN);
    List<String> warnings = new ArrayList<>();
    Warnings.add(warnings, plan, flow, whole, "it was cut", Duration.ofSeconds(10));
    return warnings;
  }

  @Test
  void aDeliveryCostsItsShareOfTheServersCpu() {
    assertThat(flow(500, 0, 0, 0.3).serverMicrosPerDelivery()).isEqualTo(5.0);
  }

  @Test
  void aRunWithoutFaultsHasNoWarnings() {
    LoadReport.Flow flow = flow(500, 0, 0, 0.3);

    assertThat(warnings(flow, true)).isEmpty();
    assertThat(flow.isClean()).isTrue();
  }

  @Test
  void saysWhenTheDriverWasTheBottleneck() {
    assertThat(warnings(flow(500, 0, 0, 0.86), true))
        .singleElement()
        .asString()
        .contains("the driver itself was the bottleneck")
        .contains("86 %");
  }

  @Test
  void saysWhenTheRateWasNotReached() {
    assertThat(warnings(flow(480, 0, 0, 0.3), true))
        .containsExactly(
            "the intended rate was not reached: 480 of 500 events a second were published");
    assertThat(warnings(flow(480, 0, 0, 0.3), false)).isEmpty();
  }

  @Test
  void saysWhatWasCutAndLost() {
    LoadReport.Flow flow = flow(500, 3, 1_234, 0.3);

    assertThat(warnings(flow, true))
        .containsExactly(
            "3 of 100 connections were cut (it was cut)",
            "1,234 deliveries had not come 10 s after the end");
    assertThat(flow.isClean()).isFalse();
  }
}
