package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
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
}
