package dev.tocsin.bench;

import dev.tocsin.hub.SubscriptionManager;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

/// Who gets an event: the subscription index (`index…`) beside a glob match for each connection
/// (`loop…`), over the same subscribers.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RecipientsBenchmark {

  /// A type that about half of the subscribers want, one that about a third want, and one that is in
  /// no catalog.
  private static final String COMMON = "alert.created";

  private static final String RARE = "gpu.stats_updated";
  private static final String UNKNOWN = "door.opened";

  /// A pattern that others hold as well.
  private static final List<String> SHARED = List.of("worker.*");

  /// How many subscribers there are.
  @Param("100000")
  public int connections;

  private final SubscriptionManager index = new SubscriptionManager();
  private final GlobLoop loop = new GlobLoop();
  private String[] names = {};
  private int turn;

  /// Subscribes everyone in both, and sees to it that both agree.
  @Setup
  public void subscribeAll() {
    Population population = new Population();
    names = new String[connections];
    for (int i = 0; i < connections; i++) {
      String name = "connection-" + i;
      names[i] = name;
      List<String> patterns = population.next();
      if (patterns.isEmpty()) {
        index.registerConnection(name);
        loop.register(name);
      } else {
        index.subscribe(name, patterns);
        loop.subscribe(name, patterns);
      }
    }
    for (String type : List.of(COMMON, RARE, UNKNOWN)) {
      Set<String> recipients = new HashSet<>(index.getRecipients(type));
      if (!recipients.equals(new HashSet<>(loop.recipients(type)))) {
        throw new IllegalStateException("index and loop do not agree on " + type);
      }
      System.out.printf("# %s has %,d recipients%n", type, recipients.size());
    }
  }

  private String nextConnection() {
    turn = (turn + 7_919) % names.length;
    return names[turn];
  }

  @Benchmark
  public List<String> indexRecipientsOfCommonType() {
    return index.getRecipients(COMMON);
  }

  @Benchmark
  public List<String> loopRecipientsOfCommonType() {
    return loop.recipients(COMMON);
  }

  @Benchmark
  public List<String> indexRecipientsOfRareType() {
    return index.getRecipients(RARE);
  }

  @Benchmark
  public List<String> loopRecipientsOfRareType() {
    return loop.recipients(RARE);
  }

  @Benchmark
  public List<String> indexRecipientsOfUnknownType() {
    return index.getRecipients(UNKNOWN);
  }

  @Benchmark
  public List<String> loopRecipientsOfUnknownType() {
    return loop.recipients(UNKNOWN);
  }

  @Benchmark
  public boolean indexShouldSend() {
    return index.shouldSend(nextConnection(), COMMON);
  }

  @Benchmark
  public boolean loopShouldSend() {
    return loop.shouldSend(nextConnection(), COMMON);
  }

  /// One connection subscribes to a pattern that others hold, and unsubscribes again.
  @Benchmark
  public void indexChurnOfSharedPattern() {
    String connection = nextConnection();
    index.subscribe(connection, SHARED);
    index.unsubscribe(connection, SHARED);
  }

  @Benchmark
  public void loopChurnOfSharedPattern() {
    String connection = nextConnection();
    loop.subscribe(connection, SHARED);
    loop.unsubscribe(connection, SHARED);
  }

  /// The same with a pattern that nobody held before, which has to be matched with the catalog.
  @Benchmark
  public void indexChurnOfNewPattern() {
    String connection = nextConnection();
    List<String> fresh = List.of("*worker.*" + turn);
    index.subscribe(connection, fresh);
    index.unsubscribe(connection, fresh);
  }

  @Benchmark
  public void loopChurnOfNewPattern() {
    String connection = nextConnection();
    List<String> fresh = List.of("*worker.*" + turn);
    loop.subscribe(connection, fresh);
    loop.unsubscribe(connection, fresh);
  }
}
