package dev.tocsin.http;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// The tasks that an event loop is given by those who live on it.
///
/// Whatever a task throws is told ([Guard]) and ends that task only: a future of the event loop would keep it, and nobody
/// reads those. Any thread may hand in a task unless said otherwise.
public final class LoopTasks implements Executor {

  private static final String FAILED = "a task of an event loop failed";

  private final EventExecutor eventLoop;

  /// The tasks of an event loop.
  public LoopTasks(EventExecutor eventLoop) {
    this.eventLoop = eventLoop;
  }

  /// Runs a task on the event loop, before it looks at its sockets again.
  @Override
  public void execute(Runnable task) {
    eventLoop.execute(guarded(task));
  }

  /// Runs a task on the event loop, after the sockets that are ready. Tasks that make tasks would keep
  /// the loop from its sockets otherwise, for up to a second at a time.
  public void later(Runnable task) {
    if (eventLoop.inEventLoop()) {
      after(task, 0, TimeUnit.NANOSECONDS);
    } else {
      execute(task);
    }
  }

  /// Runs a task on the event loop after a while.
  public void after(Runnable task, long delay, TimeUnit unit) {
    eventLoop.schedule(guarded(task), delay, unit);
  }

  /// Runs a task on the event loop again and again, with pauses between: at a fixed rate, after a stop of the process all
  /// runs that were missed would come at once. A failure of one run does not end the others.
  public void every(Runnable task, long pause, TimeUnit unit) {
    eventLoop.scheduleWithFixedDelay(guarded(task), pause, pause, unit);
  }

  /// Runs a task at once, on this thread.
  public void now(Runnable task) {
    guarded(task).run();
  }

  private static Runnable guarded(Runnable task) {
    return Guard.task(FAILED, task);
  }

  /// Tells of a failure that nobody else will hear of.
  public void tell(Throwable failure) {
    Guard.caught(FAILED, failure);
  }
}
