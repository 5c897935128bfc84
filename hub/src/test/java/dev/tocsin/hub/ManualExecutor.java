package dev.tocsin.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/// An owner of a shard that does one task when it is told to.
final class ManualExecutor implements ShardOwner {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<Throwable> failures = new ArrayList<>();
  private boolean stopped;

  @Override
  public void failed(Throwable failure) {
    failures.add(failure);
  }

  /// What it was told of.
  List<Throwable> failures() {
    return failures;
  }

  @Override
  public void execute(Runnable task) {
    if (stopped) {
      throw new RejectedExecutionException("stopped");
    }
    tasks.add(task);
  }

  /// Does the next task, if there is one; whether there was.
  boolean runOne() {
    Runnable task = tasks.poll();
    if (task == null) {
      return false;
    }
    task.run();
    return true;
  }

  /// Does tasks until none is left.
  void runAll() {
    boolean more = true;
    while (more) {
      more = runOne();
    }
  }

  int waiting() {
    return tasks.size();
  }

  void stop() {
    tasks.clear();
    stopped = true;
  }
}
