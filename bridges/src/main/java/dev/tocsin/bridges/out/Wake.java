package dev.tocsin.bridges.out;

import java.time.Duration;

/// A bell for one who sleeps. Safe for any thread; a ring before the sleep counts.
final class Wake {

  // guarded by this
  private boolean isRung;

  synchronized void now() {
    isRung = true;
    notifyAll();
  }

  /// Sleeps.
  ///
  /// @return whether it was woken
  synchronized boolean await(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (!isRung) {
      long left = (end - System.nanoTime() + 999_999) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    isRung = false;
    return true;
  }
}
