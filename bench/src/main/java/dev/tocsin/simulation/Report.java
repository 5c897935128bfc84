package dev.tocsin.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What came of a run.
///
/// @param published how many events were made
/// @param deliveries how many events sockets got, each socket counted
/// @param calmCores of the busiest gateway in its busiest second before the scenario, in processors
/// @param peakCores the same from then on
/// @param catchUpNanos from when nothing more went wrong until all gateways were at most 0.25 s behind; -1 when they never were
/// @param allLiveNanos from the scenario's beginning until every socket was live; -1 when they never were
/// @param troubleNanos how long things went wrong
/// @param peakPages bytes of pages that a gateway kept to share
/// @param peakRoom bytes of pages on their way to the sockets of a gateway
/// @param calmBits a second that all gateways together were sent by the log before the scenario, at the most
/// @param peakBits the same from then on
/// @param sentBytes what they were sent in all
/// @param violations how often each invariant did not hold
/// @param told some of that in words
/// @param digest equal for equal runs
record Report(
    Scenario scenario,
    Scale scale,
    int published,
    Figures figures,
    long deliveries,
    double calmCores,
    double peakCores,
    long catchUpNanos,
    long allLiveNanos,
    long troubleNanos,
    long peakPages,
    long peakRoom,
    double calmBits,
    double peakBits,
    double sentBytes,
    Map<Invariant, Integer> violations,
    List<String> told,
    long digest) {

  /// Whether everything held and came to an end.
  boolean isGood() {
    return violations.isEmpty() && allLiveNanos >= 0;
  }

  static String head() {
    return """
    | scenario | sockets | CPU before, most | caught up | all live | slowest replay | slowest live event | pages kept, on their way | sent by the log before, most |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    """
        .strip();
  }

  String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %.1f, %.1f cores | %s | %s | %s | %s | %.1f, %.1f MiB | %.2f, %.2f Gbit/s |",
        scenario.title(),
        scale.sockets(),
        calmCores,
        peakCores,
        seconds(catchUpNanos),
        seconds(allLiveNanos),
        seconds(figures.slowestReplay()),
        seconds(figures.slowestDelivery()),
        peakPages / 1048576.0,
        peakRoom / 1048576.0,
        calmBits / 1e9,
        peakBits / 1e9);
  }

  private static String seconds(long nanos) {
    return nanos < 0 ? "never" : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }

  /// What else there is to say, a line each.
  String details() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %,d gateways, %,d sockets, %,d events a second, %,d sites, seed %d%n  published"
                + " %,d: acknowledged %,d, refused %,d, uncertain %,d, without an answer %,d%n "
                + " delivered %,d; reconnected %,d, in vain %,d, begun anew %,d, ahead %,d, told of"
                + " losses %,d%n  trouble for %s, %.2f GB sent by the log, digest %016x%n",
            scenario.title(),
            scale.gateways(),
            scale.sockets(),
            scale.eventsPerSecond(),
            scale.sites(),
            scale.seed(),
            published,
            figures.acknowledged,
            figures.refused,
            figures.uncertain,
            figures.orphaned,
            deliveries,
            figures.reconnected,
            figures.attempts,
            figures.restarted,
            figures.ahead,
            figures.gaps,
            seconds(troubleNanos),
            sentBytes / 1e9,
            digest));
    if (violations.isEmpty()) {
      text.append("  every invariant held");
    } else {
      text.append("  VIOLATED: ").append(violations);
      told.forEach(how -> text.append("\n    ").append(how));
    }
    return text.toString();
  }
}
