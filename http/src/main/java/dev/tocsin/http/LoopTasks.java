package dev.tocsin.http;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tasks that an event loop is given by those who live on it.
///
/// Whatever a task throws is told here, in one place, and ends that task only: a future of the event loop would keep
/// it, and nobody reads those. Any thread may hand in a task unless said otherwise.
public final class LoopTasks implements Executor {

  private static final Logger LOG = LoggerFactory.getLogger(LoopTasks.class);

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

  /// Runs a task on the event loop, behind the sockets that are ready. Tasks that make tasks would keep
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
  /// runs that were missed would come at once. A fault of one run does not end the others.
  void every(Runnable task, long pause, TimeUnit unit) {
    eventLoop.scheduleWithFixedDelay(guarded(task), pause, pause, unit);
  }

  /// Runs a task at once, on this thread.
  public void now(Runnable task) {
    guarded(task).run();
  }

  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        tell(e);
      }
    };
  }

  /// Tells of a fault that nobody else will hear of.
  public void tell(Throwable fault) {
    LOG.atError().setCause(fault).log("a task of an event loop failed");
  }
}
