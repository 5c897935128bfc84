package dev.tocsin.load;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Why the figures of a run may not be what they seem.
final class Warnings {

  /// A receiving thread that is busier than this may be late itself.
  private static final double BUSY = 0.85;

  /// Less than this share of the intended rate is told.
  private static final double REACHED = 0.98;

  private Warnings() {}

  static void add(
      List<String> warnings,
      LoadPlan plan,
      LoadReport.Flow flow,
      boolean whole,
      String closeReason,
      Duration drained) {
    if (flow.receiverCpu() > BUSY) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the driver itself was the bottleneck: its receiving thread used %.0f %% of a core,"
                  + " so deliveries and latencies are its own limit, not the server's (the server's"
                  + " CPU per delivery still holds)",
              100 * flow.receiverCpu()));
    }
    if (plan.pace() instanceof Pace.OpenLoop open
        && whole
        && flow.publishedPerSecond() < REACHED * open.eventsPerSecond()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the intended rate was not reached: %.0f of %.0f events a second were published",
              flow.publishedPerSecond(),
              open.eventsPerSecond()));
    }
    if (flow.closed() > 0) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%d of %d connections were cut (%s)%s",
              flow.closed(),
              plan.connections(),
              closeReason,
              whole ? "" : "; the measuring ended there"));
    }
    if (flow.lost() > 0) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%,d deliveries had not come %d s after the end",
              flow.lost(),
              drained.toSeconds()));
    }
    if (flow.gaps() + flow.duplicates() + flow.outOfOrder() > 0) {
      warnings.add("the server did not deliver every event once and in order");
    }
  }
}
