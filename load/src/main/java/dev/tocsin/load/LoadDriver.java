package dev.tocsin.load;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Runs a load against a server, and measures. One run, on the thread that calls [#run].
public final class LoadDriver {

  private static final Duration SLICE = Duration.ofMillis(100);
  private static final Duration SETTLE = Duration.ofMillis(500);
  private static final Duration IDLE_SETTLE = Duration.ofSeconds(3);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  /// The same when somebody waits for the end.
  private static final Duration SHORT_DRAIN = Duration.ofSeconds(1);

  /// Without a single new connection for so long, they are given up.
  private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(15);

  /// Files that the driver needs besides its connections.
  private static final int OTHER_FILES = 64;

  private final LoadPlan plan;
  private final ServerProcess process;
  private final LoadObserver observer;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private boolean interrupted;

  private LoadDriver(LoadPlan plan, ServerProcess process, LoadObserver observer) {
    this.plan = plan;
    this.process = process;
    this.observer = observer;
  }

  /// Runs a plan to its end.
  ///
  /// @param process the server's
  /// @throws LoadException when the server cannot be reached, refuses the events or goes away
  public static LoadReport run(LoadPlan plan, ServerProcess process, LoadObserver observer)
      throws LoadException {
    return new LoadDriver(plan, process, observer).run();
  }

  private LoadReport run() throws LoadException {
    checkFiles();
    Mark mark = Mark.random(random);
    Event event = Event.of(plan, mark);
    try (Receivers receivers = new Receivers(plan, mark, random)) {
      boolean idle = plan.pace() instanceof Pace.Idle;
      if (idle && plan.warmConnections() > 0) {
        connect(receivers, plan.warmConnections());
        receivers.closeAll();
        pause(SETTLE.multipliedBy(4));
      }
      Optional<ServerProcess.Sample> before = process.sample();
      double seconds = connect(receivers, plan.connections());
      pause(idle ? IDLE_SETTLE : SETTLE);
      requireMore();
      Optional<ServerProcess.Sample> after = process.sample();
      List<String> warnings = new ArrayList<>();
      LoadReport.Flow flow = idle ? null : flow(receivers, event, warnings);
      if (idle && receivers.closedCount() > 0) {
        throw new LoadException(receivers.closeReason());
      }
      Optional<ServerProcess.Sample> end = process.sample();
      return new LoadReport(
          plan,
          event.bytes().length,
          seconds,
          memory(before, after, end),
          flow,
          interrupted,
          warnings);
    }
  }

  /// Figures of what has not been measured would be made up.
  private void requireMore() throws LoadException {
    if (interrupted) {
      throw new LoadException("interrupted before anything was measured");
    }
  }

  private LoadReport.@Nullable Memory memory(
      Optional<ServerProcess.Sample> before,
      Optional<ServerProcess.Sample> after,
      Optional<ServerProcess.Sample> end) {
    if (before.isEmpty() || after.isEmpty() || end.isEmpty() || end.get().residentBytes() < 0) {
      return null;
    }
    long growth = after.get().residentBytes() - before.get().residentBytes();
    return new LoadReport.Memory((double) growth / plan.connections(), end.get().residentBytes());
  }

  private void checkFiles() throws LoadException {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      long limit = system.getMaxFileDescriptorCount();
      int wanted = Math.max(plan.connections(), plan.warmConnections());
      if (limit > 0 && wanted + OTHER_FILES > limit) {
        throw new LoadException(
            "too few file descriptors: "
                + wanted
                + " connections need "
                + (wanted + OTHER_FILES)
                + ", and this process may open "
                + limit
                + " files (raise ulimit -n)");
      }
    }
  }

  /// Opens connections and waits until all of them receive.
  ///
  /// @return how many seconds that took
  private double connect(Receivers receivers, int count) throws LoadException {
    long start = System.nanoTime();
    receivers.open(count);
    int ready = 0;
    long last = start;
    while (ready < count && !interrupted) {
      String failure = receivers.failure();
      if (failure != null) {
        throw new LoadException(failure);
      }
      int now = receivers.readyCount();
      long time = System.nanoTime();
      if (now > ready) {
        ready = now;
        last = time;
      } else if (time - last > CONNECT_PATIENCE.toNanos()) {
        throw new LoadException(
            "the server at "
                + plan.server()
                + " does not answer: "
                + ready
                + " of "
                + count
                + " connections are open, and for "
                + CONNECT_PATIENCE.toSeconds()
                + " s no more came");
      }
      if (ready < count) {
        observer.progress("connected " + ready + " of " + count);
        interrupted = observer.pause(Duration.ofMillis(2));
      }
    }
    requireMore();
    return (System.nanoTime() - start) / 1e9;
  }

  /// What is read at both ends of the measured time.
  private record Reading(
      long nanos,
      long published,
      long deliveries,
      Optional<ServerProcess.Sample> server,
      long driverNanos,
      List<Long> receiverNanos) {}

  private Reading read(Receivers receivers, Publisher publisher, List<Long> threadIds) {
    Optional<ServerProcess.Sample> server = process.sample();
    return new Reading(
        System.nanoTime(),
        publisher.published(),
        receivers.deliveries(),
        server,
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : 0,
        threadIds.stream().map(threads::getThreadCpuTime).toList());
  }

  private LoadReport.Flow flow(Receivers receivers, Event event, List<String> warnings)
      throws LoadException {
    int wanting =
        plan.protocol() == PeerProtocol.TOCSIN
            ? (int)
                IntStream.range(0, plan.connections())
                    .filter(i -> Audiences.want(plan.patternsOf(i), plan.type()))
                    .count()
            : plan.connections();
    List<Long> threadIds = receivers.threadIds();
    try (Publisher publisher = Publisher.start(plan, receivers, event, wanting, random)) {
      watch("warming up", plan.warmUp(), receivers, publisher);
      requireMore();
      Reading first = read(receivers, publisher, threadIds);
      receivers.tallies().forEach(tally -> tally.window(first.nanos(), plan.duration().toNanos()));
      boolean whole = watch("measuring", plan.duration(), receivers, publisher);
      Reading last = read(receivers, publisher, threadIds);
      publisher.stop();
      long expected = publisher.published() * wanting;
      Duration drained = interrupted ? SHORT_DRAIN : DRAIN;
      drain(receivers, expected, drained);
      long lost = Math.max(0, expected - receivers.deliveries());
      LoadReport.Flow flow = flow(receivers, first, last, lost);
      Warnings.add(warnings, plan, flow, whole, receivers.closeReason(), drained);
      if (wanting == 0) {
        warnings.add("nothing was to be delivered: no pattern matches " + plan.type());
      }
      return flow;
    }
  }

  private static LoadReport.Flow flow(Receivers receivers, Reading first, Reading last, long lost) {
    double seconds = Math.max(1e-9, (last.nanos() - first.nanos()) / 1e9);
    double receiver = 0;
    for (int i = 0; i < first.receiverNanos().size(); i++) {
      long used = last.receiverNanos().get(i) - first.receiverNanos().get(i);
      receiver = Math.max(receiver, used / 1e9 / seconds);
    }
    List<Tally> tallies = receivers.tallies();
    return new LoadReport.Flow(
        seconds,
        (last.published() - first.published()) / seconds,
        (last.deliveries() - first.deliveries()) / seconds,
        lost,
        tallies.stream().mapToLong(Tally::gaps).sum(),
        tallies.stream().mapToLong(Tally::duplicates).sum(),
        tallies.stream().mapToLong(Tally::outsideOrder).sum(),
        receivers.closedCount(),
        latency(receivers),
        first.server().isPresent() && last.server().isPresent()
            ? (last.server().get().cpuSeconds() - first.server().get().cpuSeconds()) / seconds
            : null,
        (last.driverNanos() - first.driverNanos()) / 1e9 / seconds,
        receiver);
  }

  private static LoadReport.@Nullable Latency latency(Receivers receivers) {
    List<Histogram> parts = receivers.histograms();
    Histogram all = parts.getFirst();
    parts.stream().skip(1).forEach(all::add);
    return all.getTotalCount() == 0
        ? null
        : new LoadReport.Latency(
            all.getTotalCount(),
            all.getValueAtPercentile(50) / 1e6,
            all.getValueAtPercentile(90) / 1e6,
            all.getValueAtPercentile(99) / 1e6,
            all.getValueAtPercentile(99.9) / 1e6,
            all.getMaxValue() / 1e6);
  }

  /// Lets the load run.
  ///
  /// @return whether for the whole of that time
  private boolean watch(String what, Duration time, Receivers receivers, Publisher publisher)
      throws LoadException {
    long end = System.nanoTime() + time.toNanos();
    long before = receivers.deliveries();
    long beforeNanos = System.nanoTime();
    for (long left = time.toNanos(); left > 0 && !interrupted; left = end - System.nanoTime()) {
      pause(left < SLICE.toNanos() ? Duration.ofNanos(left) : SLICE);
      publisher.check();
      if (receivers.closedCount() == plan.connections()) {
        throw new LoadException(
            "all connections are gone: " + receivers.closeReason() + " (the server went away?)");
      }
      if (receivers.closedCount() > 0 && plan.pace() instanceof Pace.InFlight) {
        return false; // what is in flight cannot be told any more
      }
      long now = receivers.deliveries();
      long nanos = System.nanoTime();
      observer.progress(
          String.format(
              Locale.ROOT,
              "%s, %.0f s left: %,.0f deliveries/s",
              what,
              Math.max(0, (end - nanos) / 1e9),
              (now - before) * 1e9 / Math.max(1, nanos - beforeNanos)));
    }
    return !interrupted;
  }

  /// Waits for what is on its way, also when the run is to end early.
  private static void drain(Receivers receivers, long expected, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (receivers.deliveries() < expected
        && System.nanoTime() < end
        && receivers.closedCount() == 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private void pause(Duration time) {
    interrupted = interrupted || observer.pause(time);
  }
}
