package dev.tocsin.load;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run has measured.
///
/// @param plan what was done
/// @param eventBytes how large an event was as it was published
/// @param connectSeconds from the first connection's beginning until all of them received
/// @param memory what the connections cost; `null` where the server's process does not tell
/// @param flow what happened to events; `null` for connections only
/// @param interrupted whether the run was ended early
/// @param warnings why the figures may not be what they seem, each a sentence
public record LoadReport(
    LoadPlan plan,
    int eventBytes,
    double connectSeconds,
    @Nullable Memory memory,
    @Nullable Flow flow,
    boolean interrupted,
    List<String> warnings) {

  public LoadReport {
    warnings = List.copyOf(warnings);
  }

  /// How many connections a second became ready.
  public double connectionsPerSecond() {
    return plan.connections() / Math.max(connectSeconds, 1e-9);
  }

  /// Whether everything arrived, once and in order, and no connection was cut.
  public boolean isClean() {
    return !interrupted && (flow == null || flow.isClean());
  }

  /// The server's resident memory.
  ///
  /// @param bytesPerConnection by how much it grew with each connection
  /// @param bytes at the end
  public record Memory(double bytesPerConnection, long bytes) {}

  /// What happened to events while it was measured.
  ///
  /// @param seconds how long that was
  /// @param publishedPerSecond events
  /// @param deliveriesPerSecond events, each once for every connection that got it
  /// @param lost deliveries that never came
  /// @param gaps how often a connection was told that it had missed something
  /// @param duplicates events that came again
  /// @param outOfOrder events that came after a later one
  /// @param closed connections that were cut
  /// @param latency from the intended time to the arrival; `null` when nothing arrived
  /// @param serverCpu share of a core that the server used; `null` when it does not tell
  /// @param driverCpu share of a core that this driver used
  /// @param receiverCpu share of a core that its busiest receiving thread used
  public record Flow(
      double seconds,
      double publishedPerSecond,
      double deliveriesPerSecond,
      long lost,
      long gaps,
      long duplicates,
      long outOfOrder,
      int closed,
      @Nullable Latency latency,
      @Nullable Double serverCpu,
      double driverCpu,
      double receiverCpu) {

    /// What a delivery cost the server, in microseconds of CPU; `null` when that is not known.
    public @Nullable Double serverMicrosPerDelivery() {
      return serverCpu == null || deliveriesPerSecond <= 0
          ? null
          : serverCpu * 1e6 / deliveriesPerSecond;
    }

    /// Whether everything arrived, once and in order, and no connection was cut.
    public boolean isClean() {
      return lost == 0 && gaps == 0 && duplicates == 0 && outOfOrder == 0 && closed == 0;
    }
  }

  /// Latencies, in milliseconds.
  ///
  /// @param count how many deliveries they are of
  public record Latency(long count, double p50, double p90, double p99, double p999, double max) {}
}
