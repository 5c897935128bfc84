package dev.tocsin.load;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The producer: a thread that sends events at the pace of the plan until it is stopped.
final class Publisher implements AutoCloseable {

  private final LoadPlan plan;
  private final Receivers receivers;
  private final Outlet outlet;
  private final int wanting;
  private final Thread thread;
  private final AtomicLong published = new AtomicLong();
  private volatile boolean stopped;
  private volatile @Nullable LoadException failure;

  private Publisher(LoadPlan plan, Receivers receivers, Outlet outlet, int wanting) {
    this.plan = plan;
    this.receivers = receivers;
    this.outlet = outlet;
    this.wanting = wanting;
    this.thread = Thread.ofPlatform().name("tocsin-load-publish").daemon().unstarted(this::run);
  }

  /// Connects and begins.
  ///
  /// @param wanting how many connections are to get each event
  static Publisher start(
      LoadPlan plan, Receivers receivers, Event event, int wanting, RandomGenerator random)
      throws LoadException {
    try {
      Outlet outlet =
          plan.publishBy() == PublishBy.WS
              ? PublisherSocket.open(plan, event, random)
              : PublisherPosts.open(plan, event);
      Publisher publisher = new Publisher(plan, receivers, outlet, wanting);
      publisher.thread.start();
      return publisher;
    } catch (IOException e) {
      throw new LoadException("the producer cannot connect: " + e.getMessage(), e);
    }
  }

  private void run() {
    try {
      switch (plan.pace()) {
        case Pace.OpenLoop open -> runOpen(Schedule.fromNow(open.eventsPerSecond()));
        case Pace.InFlight closed -> runClosed(closed.events());
        case Pace.Idle _ -> {}
      }
    } catch (LoadException e) {
      failure = e;
    } catch (IOException e) {
      if (!stopped) {
        failure = new LoadException("publishing failed: " + e.getMessage(), e);
      }
    }
  }

  private void runOpen(Schedule schedule) throws IOException, LoadException {
    while (!stopped) {
      long due = schedule.await(published());
      if (!stopped) {
        send(due);
      }
    }
  }

  private void runClosed(int events) throws IOException, LoadException {
    while (!stopped) {
      if (published() + outlet.eventsPerStep() - arrived()
          <= Math.max(events, outlet.eventsPerStep())) {
        send(System.nanoTime());
      } else if (wanting > 0) {
        receivers.awaitDeliveries(
            (published() - Math.max(0, events - outlet.eventsPerStep())) * wanting);
        checkRefusal();
      } else {
        LockSupport.parkNanos(20_000);
        checkRefusal();
      }
    }
  }

  private void checkRefusal() throws IOException, LoadException {
    if (outlet instanceof PublisherSocket socket && socket.isRefused()) {
      socket.send(0); // says why
    }
  }

  /// How many events are with everyone, or, where nobody wants them, acknowledged.
  private long arrived() {
    if (wanting > 0) {
      return receivers.deliveries() / wanting;
    }
    long acknowledged = outlet.acknowledged();
    return acknowledged < 0 ? published() : acknowledged;
  }

  private void send(long intended) throws IOException, LoadException {
    outlet.send(intended);
    published.getAndAdd(outlet.eventsPerStep());
  }

  /// How many events have been sent.
  long published() {
    return published.get();
  }

  /// Fails when the thread has failed.
  void check() throws LoadException {
    LoadException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  /// Sends no more, and waits until the last one is out.
  void stop() {
    stopped = true;
    thread.interrupt();
    try {
      thread.join(1_000);
      if (thread.isAlive()) {
        outlet.close(); // it waits for a server that takes nothing
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
    outlet.close();
  }
}
