package dev.tocsin.http;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where what nobody else would catch is logged: a task that an executor runs, a timer, a
/// listener, the callback of a future. Those swallow what is thrown, [Error]s too, or die of it.
///
/// Whoever has a connection that can be ended in words, or somebody who waits for an answer, does that first.
/// Safe for any thread.
public final class Guard {

  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

  private Guard() {}

  /// Runs an action.
  ///
  /// @param failure what it means when it fails, as a message of the log
  /// @return whether it did not fail
  public static boolean run(String failure, Runnable action) {
    try {
      action.run();
      return true;
    } catch (RuntimeException | Error e) {
      caught(failure, e);
      return false;
    }
  }

  /// The same for later.
  public static Runnable task(String failure, Runnable action) {
    return () -> run(failure, action);
  }

  /// Runs an action on an executor when a stage has been completed, in whatever way.
  public static <T> void whenComplete(
      CompletionStage<T> stage,
      Executor executor,
      String failure,
      BiConsumer<@Nullable T, @Nullable Throwable> action) {
    stage.whenComplete((value, thrown) ->
        run(failure, () -> executor.execute(task(failure, () -> action.accept(value, thrown)))));
  }

  /// Logs what was caught.
  public static void caught(String failure, Throwable thrown) {
    LOG.atError().setCause(thrown).log(failure);
  }
}
