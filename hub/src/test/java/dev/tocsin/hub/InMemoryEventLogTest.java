package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class InMemoryEventLogTest extends SoleWriterContract {

  @Override
  protected EventLog open(long keptBytes) {
    return open(keptBytes, InMemoryEventLog.FOR_EVER);
  }

  private EventLog open(long keptBytes, Duration retain) {
    return new InMemoryEventLog(
        UUID.randomUUID().toString(), keptBytes * 4, retain, WINDOW, clock, clock::nanoTime);
  }

  @Test
  void hasAppendedWhenTheCallReturns() {
    try (EventLog log = open(1 << 20)) {
      CompletionStage<List<AppendResult>> appended = log.append(SampleEvents.appends("a.a"));

      assertThat(appended.toCompletableFuture())
          .isCompletedWithValue(List.of(new AppendResult.Stored(1, SampleEvents.TIMESTAMP)));
    }
  }

  @Test
  void keepsTheNewestEventHoweverLargeItIs() {
    try (EventLog log = open(1)) {
      append(log, "a.a");
      append(log, "a.b");

      assertThat(Logs.oldest(log)).isEqualTo(2);
      assertThat(sequences(read(log, 0, 10, 10))).containsExactly(2L);
    }
  }

  private static List<Stretch> lost(EventLog log, long after) {
    return log.read(after, TypeFilter.ALL, 10, 1 << 20).toCompletableFuture().join().lost();
  }

  /// Also when nothing is appended.
  @Test
  void forgetsEventsThatAreTooOld() {
    try (EventLog log = open(1 << 20, Duration.ofSeconds(10))) {
      append(log, "a.a");
      append(log, "a.b");
      clock.advance(Duration.ofSeconds(6));
      append(log, "a.c");
      assertThat(Logs.oldest(log)).isEqualTo(1);

      clock.advance(Duration.ofSeconds(4));
      assertThat(Logs.oldest(log)).isEqualTo(3);
      assertThat(sequences(read(log, 0, 10, 1 << 20))).containsExactly(3L);
      assertThat(lost(log, 0)).containsExactly(new Stretch(1, 2));

      clock.advance(Duration.ofSeconds(6));
      assertThat(Logs.oldest(log)).isEqualTo(4);
      assertThat(lost(log, 1)).containsExactly(new Stretch(2, 3));
      append(log, "a.d");
      assertThat(sequences(read(log, 3, 10, 1 << 20))).containsExactly(4L);
    }
  }
}
