package dev.tocsin.bench;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteEventLog;
import dev.tocsin.sqlite.SqliteSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the logs cost: an append of a group, from the call to the answer, and a page read back.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LogBenchmark {

  private static final int PAGE = 256;
  private static final int HELD = 200 * PAGE;
  private static final long KEPT_BYTES = 64L << 20;

  private static final String EVENT =
      "{\"type\":\"detection.new\",\"payload\":{\"detection_id\":\"det-88123\",\"event_id\":\"4217\","
          + "\"label\":\"person\",\"confidence\":0.93,\"bbox\":{\"x\":340.829,\"y\":79.4999,"
          + "\"width\":87.662,\"height\":244.25},\"camera_id\":\"high_street\","
          + "\"timestamp\":\"2026-03-14T21:00:00.000Z\"},\"timestamp\":\"2026-03-14T21:00:00.123Z\"}";

  /// The logs that can be chosen.
  public enum Kind {
    /// In memory.
    MEMORY,
    /// On disk; survives the death of the process.
    PROCESS,
    /// On disk; survives the loss of power.
    POWER
  }

  /// A log in a folder of its own, which goes with it.
  @State(Scope.Benchmark)
  public static class Log {

    /// Which log.
    @Param public Kind kind = Kind.MEMORY;

    private @Nullable Path folder;
    private EventLog log = new InMemoryEventLog("bench", KEPT_BYTES);

    /// Opens it.
    @Setup(Level.Iteration)
    public void open() throws IOException, LogOpenException {
      if (kind != Kind.MEMORY) {
        folder = Files.createTempDirectory("tocsin-log-benchmark-");
        SqliteSettings settings =
            new SqliteSettings(
                folder,
                kind == Kind.POWER ? Durability.POWER : Durability.PROCESS,
                Duration.ofDays(7),
                KEPT_BYTES,
                Duration.ofMinutes(10));
        log = SqliteEventLog.open(settings, InstantSource.system());
      }
    }

    /// Closes it and takes its folder away.
    @TearDown(Level.Iteration)
    public void close() throws IOException {
      if (folder != null) {
        log.close();
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    }

    private void fill() {
      for (int i = 0; i < HELD / PAGE; i++) {
        log.append(group(PAGE)).toCompletableFuture().join();
      }
    }
  }

  /// A log that holds something to be read.
  @State(Scope.Benchmark)
  public static class FilledLog extends Log {

    private long position;

    @Override
    public void open() throws IOException, LogOpenException {
      super.open();
      super.fill();
    }

    private Page next() {
      Page page =
          super.log
              .read(position, TypeFilter.ALL, PAGE, Integer.MAX_VALUE)
              .toCompletableFuture()
              .join();
      position = page.events().size() < PAGE ? 0 : page.position();
      return page;
    }
  }

  /// Groups of a size.
  @State(Scope.Benchmark)
  public static class Group {

    /// How many events are appended together.
    @Param({"1", "10", "100", "1000"})
    public int size = 1;

    private List<Append> appends = List.of();

    /// Makes the group.
    @Setup
    public void make() {
      appends = group(size);
    }
  }

  private static List<Append> group(int size) {
    return Collections.nCopies(size, new Append(event(), null));
  }

  /// An event of about 300 bytes.
  static EncodedEvent event() {
    EventEncoder encoder = new EventEncoder(EventCatalog.builtIn(), InstantSource.system());
    if (encoder.encode(EVENT.getBytes(StandardCharsets.UTF_8)) instanceof EncodedEvent event) {
      return event;
    }
    throw new IllegalStateException("the event is refused");
  }

  /// A group, from the call until it is safe.
  @Benchmark
  public List<AppendResult> append(Log log, Group group) {
    List<AppendResult> results = log.log.append(group.appends).toCompletableFuture().join();
    if (!(results.getFirst() instanceof AppendResult.Stored)) {
      throw new IllegalStateException(results.getFirst().toString());
    }
    return results;
  }

  /// A page of 256 events, read back in the log's order.
  @Benchmark
  public Page readPage(FilledLog log) {
    return log.next();
  }
}
