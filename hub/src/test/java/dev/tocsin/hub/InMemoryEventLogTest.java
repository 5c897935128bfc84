package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InMemoryEventLogTest extends EventLogContract {

  @Override
  protected EventLog open(long keptBytes) {
    return new InMemoryEventLog(
        UUID.randomUUID().toString(), keptBytes * 4, WINDOW, clock, clock::nanoTime);
  }

  @Test
  void hasAppendedWhenTheCallReturns() {
    try (EventLog log = open(1 << 20)) {
      CompletableFuture<List<AppendResult>> appended = log.append(SampleEvents.appends("a.a"));

      assertThat(appended)
          .isCompletedWithValue(List.of(new AppendResult.Stored(1, SampleEvents.TIMESTAMP)));
    }
  }

  @Test
  void keepsTheNewestEventHoweverLargeItIs() {
    try (EventLog log = open(1)) {
      append(log, "a.a");
      append(log, "a.b");

      assertThat(log.oldest()).isEqualTo(2);
      assertThat(sequences(log.read(0, 10, 10))).containsExactly(2L);
    }
  }
}
