package dev.tocsin.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/// What the pages on their way to the lagging sockets of a gateway take up, with the bounds that the gateway has
/// (`docs/limits.md`): 64 MiB for all, 256 KiB for one, less when many are lagging, 4 KiB at the least.
final class PageRoom {

  static final int ALL_BYTES = 64 << 20;

  private static final int MAX_PAGE_BYTES = 256 << 10;
  private static final int MIN_PAGE_BYTES = 4 << 10;

  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private long bytes;
  private long peakBytes;
  private long lagging;

  /// So many sockets more are lagging, or less.
  void lagging(long sockets) {
    lagging += sockets;
  }

  /// How many sockets are lagging.
  long lagging() {
    return lagging;
  }

  /// How much JSON one page may be.
  int pageBytes() {
    return Math.clamp(ALL_BYTES / 2 / Math.max(1, lagging), MIN_PAGE_BYTES, MAX_PAGE_BYTES);
  }

  /// Whether there is room for a page for each of so many sockets. One member's pages are always let in alone.
  boolean hasFor(int sockets) {
    return bytes == 0 || bytes + (long) sockets * pageBytes() <= ALL_BYTES;
  }

  void take(long some) {
    bytes += some;
    peakBytes = Math.max(peakBytes, bytes);
  }

  void giveBack(long some) {
    bytes -= some;
    while (!waiting.isEmpty() && bytes < ALL_BYTES) {
      waiting.remove().run();
    }
  }

  /// Has something done when a page has been taken.
  void await(Runnable wake) {
    waiting.add(wake);
  }

  /// What they take up.
  long bytes() {
    return bytes;
  }

  /// The most that they ever took up.
  long peakBytes() {
    return peakBytes;
  }
}
