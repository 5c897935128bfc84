package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Logs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AwaitedEpochsTest extends OnOwnServer {

  private static final Duration LONG = Duration.ofMinutes(5);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger suspicions = new AtomicInteger();

  private volatile String present = "one";
  private EpochBucket bucket;
  private AwaitedEpochs epochs;

  @BeforeEach
  void make() throws Exception {
    bucket = new EpochBucket(TestSettings.of(servers, "log").build(), new JetStreamApi(connect()));
    epochs = new AwaitedEpochs(bucket, () -> present, suspicions::incrementAndGet, timer);
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private void record(String epoch) {
    assertThat(Logs.await(bucket.create()).fault()).isNull();
    EpochRecord record = new EpochRecord(epoch, "", 0, "", List.of(), 0);
    assertThat(Logs.await(bucket.put(record)).fault()).isNull();
  }

  @Test
  void whatAnotherGatewayHasBegunIsWaitedFor() throws Exception {
    record("two");

    CompletableFuture<?> waiting = epochs.await("two", LONG);

    await(() -> suspicions.get() == 1);
    assertThat(waiting).isNotDone();
    present = "two";
    Logs.await(waiting);
    assertThat(suspicions).hasValue(1);
  }

  @Test
  void whatIsNotTheLogsIsNotWaitedFor() {
    record("one");

    Logs.await(epochs.await("zero", LONG));

    assertThat(suspicions).hasValue(0);
  }

  @Test
  void whereThereIsNoRecordNothingIsWaitedFor() {
    Logs.await(epochs.await("two", LONG));

    assertThat(suspicions).hasValue(0);
  }

  @Test
  void whileNobodySaysTheTimePasses() throws Exception {
    servers.kill(0);

    CompletableFuture<?> waiting = epochs.await("two", Duration.ofMillis(1_500));

    assertThat(waiting).isNotDone();
    Logs.await(waiting);
  }

  @Test
  void whatIsBegunMeanwhileIsNotWaitedForLonger() throws Exception {
    servers.kill(0);

    CompletableFuture<?> waiting = epochs.await("two", LONG);

    present = "two";
    Logs.await(waiting);
  }
}
