package dev.tocsin.gateway;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The memory for the pages that are on their way to lagging connections, those of all loops together:
/// [Limits#REPLAY_BYTES], and the page that crosses it on each loop. Any thread may call.
///
/// A page counts from when it is made until the socket has taken it.
final class ReplayRoom {

  private final AtomicInteger replays = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /// A connection is lagging from now on.
  void begin() {
    replays.incrementAndGet();
  }

  /// A connection is lagging no more.
  void end() {
    replays.decrementAndGet();
  }

  /// How many connections are lagging.
  int replays() {
    return replays.get();
  }

  /// How much JSON a page may be, so that those of all who are lagging have room side by side. A buffer
  /// may be twice as large as what is in it, so half of the room is shared out.
  int pageBytes() {
    int share = Limits.REPLAY_BYTES / 2 / Math.max(1, replays.get());
    return Math.clamp(share, Limits.MIN_PAGE_BYTES, Limits.MAX_PAGE_BYTES);
  }

  /// Whether no page may be made at the moment.
  boolean isFull() {
    return bytes.get() >= Limits.REPLAY_BYTES;
  }

  /// Whether somebody waits because there is no room.
  boolean isShort() {
    return !waiting.isEmpty() && isFull();
  }

  /// A page has been made.
  void take(long pageBytes) {
    bytes.addAndGet(pageBytes);
  }

  /// A socket has taken a page, or never will.
  void giveBack(long pageBytes) {
    bytes.addAndGet(-pageBytes);
    wakeIfThereIsRoom();
  }

  /// Has something done, on any thread, as soon as there is room.
  void await(Runnable wake) {
    waiting.add(wake);
    wakeIfThereIsRoom();
  }

  private void wakeIfThereIsRoom() {
    while (!isFull()) {
      Runnable wake = waiting.poll();
      if (wake == null) {
        return;
      }
      wake.run();
    }
  }
}
