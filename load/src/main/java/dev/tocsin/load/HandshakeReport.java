package dev.tocsin.load;

import org.jspecify.annotations.Nullable;

/// What handshakes have cost.
///
/// @param plan what was done
/// @param seconds how long it was measured
/// @param handshakes how many were completed in that time
/// @param resumed how many of them resumed a session
/// @param serverCpu share of a core that the server used; `null` when it does not tell
/// @param driverCpu share of a core that this driver used
/// @param interrupted whether the run was ended early
public record HandshakeReport(
    HandshakePlan plan,
    double seconds,
    long handshakes,
    long resumed,
    @Nullable Double serverCpu,
    double driverCpu,
    boolean interrupted) {

  /// How many were completed in a second, which depends on the driver as well.
  public double perSecond() {
    return handshakes / seconds;
  }

  /// What one cost the server, in microseconds of CPU; `null` when that is not known.
  public @Nullable Double serverMicros() {
    return serverCpu == null || handshakes == 0 ? null : serverCpu * seconds * 1e6 / handshakes;
  }

  /// How many a core of the server can do in a second; `null` when that is not known.
  public @Nullable Double perCoreSecond() {
    Double micros = serverMicros();
    return micros == null || micros <= 0 ? null : 1e6 / micros;
  }
}
