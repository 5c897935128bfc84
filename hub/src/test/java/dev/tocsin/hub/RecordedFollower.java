package dev.tocsin.hub;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a log has handed on, written down. Any thread may ask.
public final class RecordedFollower implements Follower {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<LoggedEvent> events = new ArrayList<>();
  private final List<Stretch> lost = new ArrayList<>();
  private final List<String> epochs = new ArrayList<>();

  @Override
  public synchronized void events(List<LoggedEvent> group) {
    events.addAll(group);
  }

  @Override
  public synchronized void lost(long from, long to) {
    lost.add(new Stretch(from, to));
  }

  @Override
  public synchronized void restarted(String epoch, long newest) {
    epochs.add(epoch);
    notifyAll();
  }

  /// Waits until an epoch has begun.
  public synchronized void awaitEpoch() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (epochs.isEmpty()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("no new epoch after " + PATIENCE);
      }
      wait(left);
    }
  }

  public synchronized List<LoggedEvent> events() {
    return List.copyOf(events);
  }

  public synchronized List<Stretch> lost() {
    return List.copyOf(lost);
  }

  public synchronized List<String> epochs() {
    return List.copyOf(epochs);
  }
}
