package dev.tocsin.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Gives the lagging connections of a loop their turns, one page each, in a row, so that a crowd that comes
/// back all at once does not hold up the live ones. Belongs to the event loop.
final class ReplayTurns {

  /// How long the loop works on pages before it looks after everything else again.
  private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final Executor later;
  private final ReplayRoom room;
  private final Deque<PageWriter> waiting = new ArrayDeque<>();
  private boolean scheduled;

  /// No one is lagging yet.
  ///
  /// @param later runs a task on the event loop, after the sockets that are ready; any thread may hand it one
  /// @param room what pages may take up
  ReplayTurns(Executor later, ReplayRoom room) {
    this.later = later;
    this.room = room;
  }

  /// Puts a connection in line.
  void await(PageWriter writer) {
    waiting.add(writer);
    schedule();
  }

  private void schedule() {
    if (!scheduled && !waiting.isEmpty()) {
      scheduled = true;
      later.execute(this::turn);
    }
  }

  private void turn() {
    scheduled = false;
    long end = System.nanoTime() + SLICE_NANOS;
    do {
      if (room.isFull() && !waiting.isEmpty()) {
        awaitRoom();
        return;
      }
      PageWriter next = waiting.poll();
      if (next == null) {
        return;
      }
      next.turn(room.pageBytes());
    } while (System.nanoTime() - end < 0);
    schedule();
  }

  private void awaitRoom() {
    // What they hold others may need meanwhile; they fetch it again when it is their turn.
    waiting.forEach(PageWriter::letGo);
    scheduled = true;
    room.await(() -> {
      try {
        later.execute(this::turn);
      } catch (RejectedExecutionException e) {
        // The loop has ended, and with it everyone who waited here.
      }
    });
  }
}
