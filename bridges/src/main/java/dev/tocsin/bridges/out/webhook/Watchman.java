package dev.tocsin.bridges.out.webhook;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Sees to it that no request takes longer than it may: its virtual thread closes the socket, and whoever waits for it goes on.
/// For one request at a time; [#close] is for any thread.
final class Watchman implements AutoCloseable {

  private final Duration timeout;

  // guarded by this
  private @Nullable Thread thread;
  private @Nullable Socket socket;
  private long end;
  private boolean isOn;
  private boolean isLate;
  private boolean isClosed;
  private boolean isResting;

  Watchman(Duration timeout) {
    this.timeout = timeout;
  }

  /// A request begins, on the socket of the one before or on another one that is told later.
  synchronized void begin() {
    end = System.nanoTime() + timeout.toNanos();
    isOn = true;
    isLate = false;
    if (thread == null && !isClosed) {
      Thread made = Thread.ofVirtual().name("tocsin-bridge-watchman").unstarted(this::work);
      thread = made;
      made.start();
    }
    // Whoever waits for the end of an earlier request looks again by then: later ones end later.
    if (isResting) {
      notifyAll();
    }
  }

  /// The socket that is closed when the time is over.
  synchronized void watch(Socket now) throws IOException {
    socket = now;
    if (isLate || isClosed) {
      throw new IOException(sentence());
    }
  }

  /// The request is over.
  synchronized void end() {
    isOn = false;
  }

  /// Whether the time was over, or nothing is to be sent any more.
  synchronized boolean hasEnded() {
    return isLate || isClosed;
  }

  synchronized boolean isClosed() {
    return isClosed;
  }

  synchronized String sentence() {
    return isClosed
        ? "the bridge ends"
        : "it has not answered within " + timeout.toMillis() / 1_000.0 + " s";
  }

  private void work() {
    try {
      while (true) {
        closeSocket(awaitLate());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private synchronized @Nullable Socket awaitLate() throws InterruptedException {
    while (!isOn || isLate || end - System.nanoTime() > 0) {
      if (isOn && !isLate) {
        wait((end - System.nanoTime()) / 1_000_000 + 1);
      } else {
        isResting = true;
        wait();
        isResting = false;
      }
    }
    isLate = true;
    return socket;
  }

  private static void closeSocket(@Nullable Socket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed as far as it can be.
        return;
      }
    }
  }

  @Override
  public void close() {
    Socket open;
    Thread watching;
    synchronized (this) {
      isClosed = true;
      open = socket;
      watching = thread;
    }
    closeSocket(open);
    if (watching != null) {
      watching.interrupt();
    }
  }
}
