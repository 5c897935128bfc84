package dev.tocsin.gateway;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A client that sends the same bytes without end, on a thread of its own.
final class Flood {

  /// More than the buffers of two sockets hold.
  private static final long MUCH = 64L << 20;

  private static final long QUIET_NANOS = 250_000_000;
  private static final int BLOCK_BYTES = 1 << 14;

  private final AtomicLong sentBytes = new AtomicLong();

  private Flood() {}

  static Flood of(RawClient client, byte[] message) {
    Flood flood = new Flood();
    int times = Math.max(1, BLOCK_BYTES / message.length);
    byte[] block = new byte[message.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(message, 0, block, i * message.length, message.length);
    }
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (client.trySend(block)) {
            flood.sentBytes.addAndGet(block.length);
          }
        });
    return flood;
  }

  /// Waits until nothing more is taken, which has to be soon.
  void awaitStandstill() {
    long deadline = System.nanoTime() + RawClient.DEADLINE_MILLIS * 1_000_000L;
    long before = -1;
    for (long now = 0; now != before || now == 0; now = sentBytes.get()) {
      before = now;
      if (now > MUCH || System.nanoTime() > deadline) {
        throw new AssertionError("the server has taken " + now + " bytes and goes on");
      }
      LockSupport.parkNanos(QUIET_NANOS);
    }
  }
}
