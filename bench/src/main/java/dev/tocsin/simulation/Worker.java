package dev.tocsin.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// A thread of a gateway, with a processor of its own: does tasks one after another, each for as long as what it spends
/// ([Agenda#spend]).
final class Worker implements Executor {

  private final Agenda agenda;
  private final PerSecond busy;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean isBusy;
  private boolean hasStopped;

  /// @param busy where its seconds of processor time are noted
  Worker(Agenda agenda, PerSecond busy) {
    this.agenda = agenda;
    this.busy = busy;
  }

  @Override
  public void execute(Runnable task) {
    if (hasStopped) {
      throw new RejectedExecutionException("stopped");
    }
    tasks.add(task);
    if (!isBusy) {
      isBusy = true;
      agenda.after(0, this::next);
    }
  }

  /// The same, without any effect when it has stopped.
  void executeIfOpen(Runnable task) {
    if (!hasStopped) {
      execute(task);
    }
  }

  private void next() {
    Runnable task = hasStopped ? null : tasks.poll();
    if (task == null) {
      isBusy = false;
      return;
    }
    long began = agenda.nanoTime();
    task.run();
    long ended = agenda.nanoTime();
    busy.add(began, ended, (ended - began) / 1e9);
    agenda.at(ended, this::next);
  }

  /// Does nothing any more, and takes nothing.
  void stop() {
    hasStopped = true;
    tasks.clear();
  }
}
