package dev.tocsin.server;

import dev.tocsin.hub.ShardOwner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The virtual thread that owns a [Following] and its shard. Any thread may hand it tasks.
final class FollowerThread implements ShardOwner {

  private static final Logger LOG = LoggerFactory.getLogger(FollowerThread.class);

  private final ExecutorService executor = Executors.newSingleThreadExecutor(this::started);
  private final Runnable restarted;

  /// The thread itself, once it runs.
  private volatile @Nullable Thread own;

  private Thread started(Runnable work) {
    Thread thread = Thread.ofVirtual().name("tocsin-follower").unstarted(work);
    own = thread;
    return thread;
  }

  /// @param restarted called when the log has begun a new epoch, in the middle of the shard's work
  FollowerThread(Runnable restarted) {
    this.restarted = restarted;
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  boolean isCurrent() {
    return own == Thread.currentThread();
  }

  /// Parks the thread, which has nothing else to do.
  @Override
  public void executeAfter(Runnable task, long nanos) {
    execute(() -> {
      LockSupport.parkNanos(nanos);
      task.run();
    });
  }

  @Override
  public void failed(Throwable failure) {
    LOG.atError().setCause(failure).log("a follower within the process has failed; it goes on");
  }

  @Override
  public void restarted() {
    restarted.run();
  }

  /// Ends when what it has been handed is done.
  void end() {
    executor.shutdown();
  }
}
