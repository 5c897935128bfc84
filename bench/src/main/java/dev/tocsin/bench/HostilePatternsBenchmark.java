package dev.tocsin.bench;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PatternWarning;
import dev.tocsin.hub.SubscriptionManager;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a client can make the server work with one message: 256 patterns, as bad as they can be.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class HostilePatternsBenchmark {

  /// `stars`: as much going back as there can be in names of this length; `sets`: the same with sets
  /// of 25 members; `slips`: names that almost exist, each looked up among all names.
  @Param({"stars", "sets", "slips"})
  public String kind = "";

  private final Hub hub =
      new Hub(
          EventCatalog.builtIn(),
          new InMemoryEventLog("bench", 1 << 20),
          () -> Instant.EPOCH,
          1 << 20);
  private final SubscriptionManager manager = new SubscriptionManager();
  private List<String> texts = List.of();
  private List<EventPattern> patterns = List.of();

  @Setup
  public void write() {
    texts =
        IntStream.range(0, SubscriptionManager.DEFAULT_MAX_PATTERNS).mapToObj(this::text).toList();
    patterns = texts.stream().map(EventPattern::of).toList();
  }

  private String text(int number) {
    return switch (kind) {
      case "stars" -> "*?*?*?*?*?*?*?*?*?*" + Character.toString(0x4e00 + number);
      case "sets" ->
          "*[!bcdfghjklmnpqrtuvwxyz0-9]*".repeat(8) + Character.toString(0x4e00 + number);
      default -> "camera.status_chan" + Character.toString(0x4e00 + number) + "ed";
    };
  }

  /// Compiles them, matches them with the catalog, and lets go of them again.
  @Benchmark
  public List<String> subscribeAndForget() {
    manager.subscribe("connection", texts);
    return manager.unsubscribe("connection");
  }

  /// Finds out which of them match nothing, and what may have been meant.
  @Benchmark
  public List<PatternWarning> warnings() {
    return hub.warnings(patterns);
  }
}
