package dev.tocsin.bench;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.events.Where;
import dev.tocsin.hub.Batch;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.Shard;
import dev.tocsin.hub.ShardOutput;
import dev.tocsin.hub.ShardOwner;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/// What a publish costs that ten connections want, until it is handed to their output: beside nobody and beside
/// thousands who want something else, each of them with a filter of its own.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class FilterBenchmark {

  private static final int WANTING = 10;

  private static final String EVENT =
      """
      {"type":"detection.new","payload":{"detection_id":"d-1","label":"person","confidence":0.87,\
      "camera_id":"front","timestamp":"2026-01-09T12:00:00Z"}}\
      """;

  /// How the ten are chosen among the connections.
  public enum Kind {
    /// By the type: an audience without conditions.
    TYPE,
    /// By `camera_id`, each connection with other cameras besides.
    VALUE,
    /// By `camera_id` and a `label` that all ask for.
    TWO_VALUES,
    /// By a least `confidence`, each another one.
    BOUND
  }

  @Param({"TYPE", "VALUE", "TWO_VALUES", "BOUND"})
  public Kind kind = Kind.TYPE;

  /// How many connections there are.
  @Param({"10", "10000"})
  public int connections;

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Hub hub =
      new Hub(
          EventCatalog.builtIn(),
          new InMemoryEventLog("epoch", 1 << 26),
          InstantSource.system(),
          1 << 26);
  private final Output output = new Output();
  private final Shard<Integer> shard = hub.newShard(new Owner(), output);
  private final PublishCommand command = new PublishCommand(Slice.of(EVENT));

  private final class Owner implements ShardOwner {

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public void failed(Throwable failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static final class Output implements ShardOutput<Integer> {

    private long delivered;

    @Override
    public int send(Batch batch, List<Integer> members) {
      delivered += members.size();
      return members.size();
    }

    @Override
    public long maxTurnBytes() {
      return 1 << 22;
    }

    @Override
    public void lag(List<Integer> members, long after, long previous) {
      throw new IllegalStateException("nobody lags here");
    }
  }

  /// Subscribes everyone, and sees to it that ten get the event.
  @Setup
  public void subscribeAll() {
    for (int i = 0; i < connections; i++) {
      boolean wants = i < WANTING;
      shard.join(i, null, List.of(EventPattern.of(pattern(wants))), where(i, wants));
    }
    publish();
    long before = output.delivered;
    publish();
    if (output.delivered - before != WANTING) {
      throw new IllegalStateException(output.delivered - before + " got the event");
    }
  }

  private String pattern(boolean wants) {
    return kind != Kind.TYPE || wants ? "detection.new" : "job.*";
  }

  private @Nullable Where where(int i, boolean wants) {
    String camera = wants ? "[\"front\",\"other-" + i + "\"]" : "\"camera-" + i + "\"";
    return switch (kind) {
      case TYPE -> null;
      case VALUE -> Where.of("{\"camera_id\":" + camera + "}");
      case TWO_VALUES -> Where.of("{\"camera_id\":" + camera + ",\"label\":\"person\"}");
      case BOUND ->
          Where.of("{\"confidence\":{\"min\":0." + (wants ? 1_000 + i : 90_000 + i) + "}}");
    };
  }

  @Benchmark
  public long publish() {
    hub.publish(command);
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    return output.delivered;
  }
}
