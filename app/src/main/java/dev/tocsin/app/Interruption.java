package dev.tocsin.app;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How SIGINT and SIGTERM reach a command that runs until one comes, so that it ends in good order
/// and with its own exit code.
///
/// The JVM runs shutdown hooks when a signal comes and then ends with a code that tells of the
/// signal. The hook here tells the command instead, waits for its exit code, and ends the process
/// with that. A command that never [#listen]s is ended at once, as usual, and so is one that is still
/// [#starting], which counts as a good end. Any thread may call anything.
final class Interruption {

  /// A command that takes longer than this to end is not waited for.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private volatile boolean listening;
  private volatile boolean starting;

  /// From now on signals are noticed.
  void arm() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "tocsin-interruption"));
  }

  private void onShutdown() {
    if (ended.isDone()) {
      return;
    }
    if (!listening) {
      if (starting) {
        Runtime.getRuntime().halt(0);
      }
      return;
    }
    ask();
    int code;
    try {
      code = ended.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      code = Main.FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      code = Main.FAILURE;
    }
    Runtime.getRuntime().halt(code);
  }

  /// The command has ended with this exit code.
  void end(int code) {
    ended.complete(code);
  }

  /// The command begins what may take long, has promised nobody anything yet, and will [#listen] when it has.
  void starting() {
    starting = true;
  }

  /// The command promises to wait for the end, and to end then.
  void listen() {
    listening = true;
  }

  /// Asks the command to end, as a signal does.
  void ask() {
    asked.complete(null);
  }

  /// Has something short done when the command is asked to end, on the thread that asks; at once when
  /// it was asked already.
  void whenAsked(Runnable action) {
    asked.thenRun(action);
  }

  /// Waits until the command is asked to end.
  void await() {
    boolean done = false;
    while (!done) {
      done = await(Duration.ofDays(1));
    }
  }

  /// The same, `limit` at the longest.
  ///
  /// @return whether it is asked to end
  boolean await(Duration limit) {
    try {
      asked.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // nobody fails it
    }
  }
}
