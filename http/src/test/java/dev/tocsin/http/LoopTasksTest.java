package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoopTasksTest {

  /// A way to hand in a task.
  record Way(String name, BiConsumer<LoopTasks, Runnable> hand) {

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Way> ways() {
    return Stream.of(
        new Way("execute", LoopTasks::execute),
        new Way("later", LoopTasks::later),
        new Way("after", (tasks, task) -> tasks.after(task, 1, TimeUnit.MILLISECONDS)),
        new Way("every", (tasks, task) -> tasks.every(task, 1, TimeUnit.MILLISECONDS)),
        new Way("now", LoopTasks::now));
  }

  /// An error as well as an exception: a future would keep either.
  @ParameterizedTest
  @MethodSource("ways")
  void tellsWhatATaskThrowsHoweverItWasHandedIn(Way way) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    LoopTasks tasks = new LoopTasks(channel.eventLoop());

    way.hand()
        .accept(
            tasks,
            () -> {
              throw new IllegalStateException("an exception");
            });
    way.hand()
        .accept(
            tasks,
            () -> {
              throw new AssertionError("an error");
            });
    channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    channel.runPendingTasks();

    assertThat(RecordedLogs.take())
        .hasSize(2)
        .allMatch(line -> line.contains("a task of an event loop failed"))
        .anyMatch(line -> line.contains("an exception"))
        .anyMatch(line -> line.contains("an error"));
  }

  /// After a standstill all runs that were missed would come at once.
  @Test
  void aStandstillIsNotMadeUpFor() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    AtomicInteger runs = new AtomicInteger();
    new LoopTasks(channel.eventLoop()).every(runs::incrementAndGet, 1, TimeUnit.SECONDS);

    channel.advanceTimeBy(100, TimeUnit.SECONDS);
    channel.runPendingTasks();

    assertThat(runs).hasValue(1);
  }

  /// A task that makes the next one would keep the loop from its sockets for ever.
  @Test
  void whatIsForLaterLetsTheSocketsBeReadFirst() {
    EmbeddedChannel channel = new EmbeddedChannel();
    LoopTasks tasks = new LoopTasks(channel.eventLoop());
    AtomicInteger runs = new AtomicInteger();
    Runnable endless =
        new Runnable() {
          @Override
          public void run() {
            if (runs.incrementAndGet() < 100_000) {
              tasks.later(this);
            }
          }
        };

    tasks.later(endless);
    channel.runPendingTasks();

    assertThat(runs.get()).isBetween(1, 1_000);
  }
}
