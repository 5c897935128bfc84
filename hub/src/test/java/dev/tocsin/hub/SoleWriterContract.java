package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What a log to which nobody else appends owes besides: sequences without holes, delivery before the answer,
/// and no waiting for what cannot come.
public abstract class SoleWriterContract extends OwnClockContract {

  @Test
  void doesNotWaitForWhatNobodyElseCanAppend() {
    EventLog log = open();
    append(log, "a.a");

    assertThat(log.reach(99, Duration.ofDays(1)).toCompletableFuture()).isCompletedWithValue(1L);
  }

  @Test
  void hasHandedOnAnEventBeforeItAnswers() {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);

    for (long sequence = 1; sequence <= 200; sequence++) {
      long appended = sequence;
      boolean[] seen = new boolean[2];
      await(
          log.append(SampleEvents.appends("a.a"))
              .thenAccept(result -> {
                seen[0] = sequences(followed.events()).contains(appended);
                seen[1] = Logs.newest(log) >= appended;
              }));
      assertThat(seen).containsExactly(true, true);
    }
  }

  @Test
  void keepsEveryThreadsOrderWhenSeveralAppend() {
    EventLog log = open();
    RecordedFollower followed = new RecordedFollower();
    log.follow(0, followed);
    int threads = 4;
    int appends = 250;
    CountDownLatch start = new CountDownLatch(1);

    List<CompletableFuture<List<Long>>> appending =
        IntStream.range(0, threads)
            .mapToObj(thread ->
                CompletableFuture.supplyAsync(
                    () -> appendTriples(log, thread, appends, start), Thread::startVirtualThread))
            .toList();
    start.countDown();
    List<List<Long>> firsts = appending.stream().map(Logs::await).toList();

    int total = threads * appends * 3;
    List<Long> all = LongStream.rangeClosed(1, total).boxed().toList();
    assertThat(sequences(followed.events())).isEqualTo(all);
    List<LoggedEvent> read = Logs.readAll(log, 0);
    assertThat(sequences(read)).isEqualTo(all);
    assertThat(types(followed.events())).isEqualTo(types(read));
    for (int thread = 0; thread < threads; thread++) {
      assertThat(firsts.get(thread)).isSorted();
      for (int append = 0; append < appends; append++) {
        int at = (int) (firsts.get(thread).get(append) - 1);
        String name = "t" + thread + ".n" + append;
        assertThat(types(read.subList(at, at + 3)))
            .containsExactly(name + "_a", name + "_b", name + "_c");
      }
    }
  }

  private static List<Long> appendTriples(
      EventLog log, int thread, int appends, CountDownLatch start) {
    try {
      start.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    List<CompletionStage<List<AppendResult>>> results = new ArrayList<>();
    for (int append = 0; append < appends; append++) {
      String name = "t" + thread + ".n" + append;
      results.add(log.append(SampleEvents.appends(name + "_a", name + "_b", name + "_c")));
    }
    return results.stream().map(result -> first(await(result))).toList();
  }
}
