package dev.tocsin.sqlite;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/// Waits for the end of what uses the log's files, which are closed after it: whatever interrupts the one
/// who waits, who finds himself interrupted when it is over.
final class Ends {

  private static final long POLL_MILLIS = 50;

  private Ends() {}

  /// Waits until a thread has ended.
  static void await(Thread thread) {
    await(thread, () -> {});
  }

  /// Waits until a thread has ended, and does something every [#POLL_MILLIS] until then.
  static void await(Thread thread, Runnable meanwhile) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      meanwhile.run();
      try {
        thread.join(POLL_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    restore(interrupted);
  }

  /// Takes nothing more, and waits until all that was taken has been done. What waits is not dropped, as
  /// [ExecutorService#close] drops it when it is interrupted: someone waits for its answer.
  static void await(ExecutorService executor) {
    executor.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    restore(interrupted);
  }

  /// Does what uses files, although its thread may be interrupted: a channel is closed when it is used by one that is. It finds
  /// itself interrupted when it is over.
  static void undisturbed(Runnable work) {
    boolean interrupted = Thread.interrupted();
    try {
      work.run();
    } finally {
      restore(interrupted);
    }
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
