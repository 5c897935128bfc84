package dev.tocsin.bench;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.jetstream.JetStreamEventLog;
import dev.tocsin.jetstream.JetStreamOpenException;
import dev.tocsin.jetstream.JetStreamSettings;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the shared log adds to JetStream: events published with acknowledgement, 1,024 in flight, by the log and by the bare
/// client of NATS with an inbox of its own. The log also says whose each event is, has an answer to each alone, and takes each
/// out of the stream again: what that costs NATS and its client shows in the third. It needs a running nats-server:
/// `-p servers=nats://…`.
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
public class StreamBenchmark {

  private static final int EVENTS = 20_000;
  private static final int WINDOW = 1_024;

  /// Where NATS is.
  @State(Scope.Benchmark)
  public static class Stream {

    /// Addresses, with commas between them.
    @Param("nats://127.0.0.1:4222")
    public String servers = "";

    /// How many servers keep the stream.
    @Param("1")
    public int replicas = 1;
  }

  /// The client of NATS alone.
  @State(Scope.Benchmark)
  public static class Bare {

    private final Semaphore window = new Semaphore(WINDOW);
    final AtomicReference<@Nullable String> refused = new AtomicReference<>();
    private byte[] body = {};
    private @Nullable Connection connection;
    private String inbox = "";

    /// Makes a stream, and listens to acknowledgements.
    ///
    /// @throws JetStreamApiException when NATS does not let it
    @Setup
    public void open(Stream stream)
        throws IOException, InterruptedException, JetStreamApiException {
      Connection opened = Nats.connect(stream.servers);
      connection = opened;
      body = LogBenchmark.event().json();
      opened
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name("bare")
                  .subjects("bare.>")
                  .storageType(StorageType.File)
                  .maxBytes(1L << 30)
                  .replicas(stream.replicas)
                  .build());
      inbox = opened.createInbox() + ".";
      opened
          .createDispatcher(answer -> {
            String text = new String(answer.getData(), StandardCharsets.UTF_8);
            if (!text.startsWith("{\"stream\"")) {
              refused.set(text);
            }
            window.release();
          })
          .subscribe(inbox + "*");
    }

    /// Takes the stream away.
    @TearDown
    public void close() throws IOException, InterruptedException, JetStreamApiException {
      if (connection != null) {
        connection.jetStreamManagement().deleteStream("bare");
        connection.close();
      }
    }

    /// Publishes, and waits for all answers.
    void publish() throws InterruptedException {
      if (connection == null) {
        throw new IllegalStateException("not connected");
      }
      for (int i = 0; i < EVENTS; i++) {
        window.acquire();
        send(connection, body);
      }
      await(window);
      finish();
    }

    /// Hands one event over.
    void send(Connection to, byte[] event) {
      to.publish("bare.e", inbox + "0", event);
    }

    /// Waits for what else belongs to the events.
    void finish() throws InterruptedException {}

    /// The connection.
    Connection opened() {
      return Objects.requireNonNull(connection);
    }

    /// Where answers go, with a dot at the end.
    String inbox() {
      return inbox;
    }
  }

  /// The client of NATS alone, as it sends and receives what the log does: a header that says whose the event is and under
  /// which number, an address of its own for each answer, and a consumer that is pushed every event.
  @State(Scope.Benchmark)
  public static class Following extends Bare {

    private final Semaphore followed = new Semaphore(0);
    private long number;

    /// Listens to events, too.
    ///
    /// @throws JetStreamApiException when NATS does not let it
    @Setup
    public void follow() throws IOException, JetStreamApiException {
      opened()
          .jetStream()
          .subscribe(
              "bare.>",
              opened().createDispatcher(),
              event -> followed.release(),
              false,
              PushSubscribeOptions.builder().ordered(true).build());
    }

    @Override
    void send(Connection to, byte[] event) {
      Headers headers = new Headers();
      headers.put("Tocsin-Origin", "bare:" + ++number);
      to.publish("bare.e", inbox() + number, headers, event);
    }

    @Override
    void finish() throws InterruptedException {
      followed.acquire(EVENTS);
    }
  }

  /// The log, with a follower that does nothing.
  @State(Scope.Benchmark)
  public static class Log implements Follower {

    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicReference<@Nullable String> refused = new AtomicReference<>();
    private List<Append> event = List.of();
    private @Nullable EventLog log;

    /// Opens it.
    @Setup
    public void open(Stream stream) throws JetStreamOpenException {
      event = List.of(new Append(LogBenchmark.event(), null));
      EventLog opened =
          JetStreamEventLog.open(
              new JetStreamSettings(
                  List.of(stream.servers.split(",", -1)),
                  "benchmark",
                  stream.replicas,
                  true,
                  Duration.ofDays(1),
                  1L << 30,
                  Duration.ofMinutes(10),
                  false,
                  false,
                  null,
                  null),
              InstantSource.system());
      opened.follow(opened.state().newest(), this);
      log = opened;
    }

    /// Closes it.
    @TearDown
    public void close() {
      if (log != null) {
        log.close();
      }
    }

    private void publish() throws InterruptedException {
      if (log == null) {
        throw new IllegalStateException("not open");
      }
      for (int i = 0; i < EVENTS; i++) {
        window.acquire();
        log.append(event)
            .whenComplete((results, failure) -> {
              if (failure != null || !(results.getFirst() instanceof AppendResult.Stored)) {
                refused.set(failure == null ? results.toString() : failure.toString());
              }
              window.release();
            });
      }
      await(window);
      log.reach(log.state().newest(), Duration.ofSeconds(10)).toCompletableFuture().join();
    }

    @Override
    public void events(List<LoggedEvent> events) {}

    @Override
    public void lost(long from, long to) {
      refused.set(from + " to " + to + " are lost");
    }

    @Override
    public void restarted(String epoch, long newest) {
      refused.set("a new epoch");
    }
  }

  private static void await(Semaphore window) throws InterruptedException {
    window.acquire(WINDOW);
    window.release(WINDOW);
  }

  private static void requireTaken(@Nullable String refused) {
    if (refused != null) {
      throw new IllegalStateException(refused);
    }
  }

  /// An event, published by the client of NATS alone.
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void bare(Bare bare) throws InterruptedException {
    bare.publish();
    requireTaken(bare.refused.get());
  }

  /// An event, published by the client of NATS alone with all that the log sends, and taken out of the stream.
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void following(Following following) throws InterruptedException {
    following.publish();
    requireTaken(following.refused.get());
  }

  /// An event, published into the log, and taken out of it.
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public void log(Log log) throws InterruptedException {
    log.publish();
    requireTaken(log.refused.get());
  }
}
