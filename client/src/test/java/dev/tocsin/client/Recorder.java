package dev.tocsin.client;

import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Writes down in one word each what a client tells.
final class Recorder implements ClientListener {

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

  /// What was told next; waits for it.
  String next() throws InterruptedException {
    String next = told.poll(10, TimeUnit.SECONDS);
    return next == null ? "nothing within 10 s" : next;
  }

  @Override
  public void onConnected(Position position, Position before) {
    told.add(
        "connected " + position.sequence() + (before == null ? "" : " after " + before.sequence()));
  }

  @Override
  public void onEvent(WebSocketEvent event, String json) {
    told.add("event " + event.sequence());
  }

  @Override
  public void onGap(long from, long to) {
    told.add("gap " + from + " to " + to);
  }

  @Override
  public void onDisconnected(int code, String reason, Duration retryIn) {
    told.add("disconnected " + code + (retryIn == null ? " for good" : "") + ": " + reason);
  }

  @Override
  public void onError(String code, String message) {
    told.add("error " + code + ": " + message);
  }
}
