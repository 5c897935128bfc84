package dev.tocsin.simulation;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Slice;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;

/// One life of one gateway: a real hub with its shards, and around it what the program has around it, as far as its time and
/// memory matter.
final class Gateway {

  /// What the program keeps of the newest events in memory, by default.
  private static final long RECENT_BYTES = 64L << 20;

  private final Simulation simulation;
  private final int place;
  private final PerSecond busy;
  private final Worker following;
  private final Worker reading;
  private final GatewayLog log;
  private final Hub hub;
  private final PageRoom room = new PageRoom();
  private final List<Loop> loops = new ArrayList<>();
  private final SplittableRandom random;
  private boolean isAlive = true;

  /// Sockets that it has or that are on their way to it.
  private long sockets;

  /// Publishes that its producers have no answer to.
  private int unanswered;

  /// Pages that its loops have been given and have not worked on, with how many have them.
  private final IdentityHashMap<Page, Integer> lent = new IdentityHashMap<>();

  private long peakPages;

  /// @param place which of the gateways it is
  /// @param busy the seconds of processor time of this place, over all its lives
  Gateway(Simulation simulation, int place, PerSecond busy, SplittableRandom random) {
    this.simulation = simulation;
    this.place = place;
    this.busy = busy;
    this.random = random;
    this.following = new Worker(simulation.agenda(), busy);
    this.reading = new Worker(simulation.agenda(), busy);
    this.log =
        new GatewayLog(
            simulation.agenda(),
            simulation.coefficients(),
            simulation.stream(),
            random.split(),
            following,
            reading,
            random.nextLong(simulation.cost(Coefficient.LAG_NANOS) + 1));
    EventLog seen = simulation.logOf(place, log);
    this.hub =
        new Hub(
            EventCatalog.builtIn(),
            seen,
            simulation.agenda(),
            simulation.agenda()::nanoTime,
            nothingLater(),
            RECENT_BYTES);
    for (int i = 0; i < simulation.scale().loops(); i++) {
      loops.add(new Loop(simulation, this, new Worker(simulation.agenda(), busy)));
    }
  }

  /// What is latest is not simulated: its reading of the log at a start blocks a thread of its own.
  private static ScheduledThreadPoolExecutor nothingLater() {
    ScheduledThreadPoolExecutor none =
        new ScheduledThreadPoolExecutor(1, new ThreadPoolExecutor.DiscardPolicy());
    none.shutdown();
    return none;
  }

  Hub hub() {
    return hub;
  }

  /// The epoch that it is in.
  String epoch() {
    return log.state().epoch();
  }

  PageRoom room() {
    return room;
  }

  PerSecond busy() {
    return busy;
  }

  List<Loop> loops() {
    return loops;
  }

  /// One of its loops.
  Loop anyLoop() {
    return loops.get(random.nextInt(loops.size()));
  }

  boolean isAlive() {
    return isAlive;
  }

  long sockets() {
    return sockets;
  }

  /// So many sockets more have chosen it, or have gone.
  void addSockets(long some) {
    sockets += some;
  }

  /// Somebody publishes an event here.
  void publish(Slice event, int number) {
    unanswered++;
    anyLoop()
        .work(() -> {
          simulation.agenda().spend(simulation.cost(Coefficient.PUBLISH_NANOS));
          CompletableFuture<PublishResult> answer =
              hub.publish(
                  new PublishCommand(event, null, "", null, simulation.agenda().nanoTime()));
          answer.thenAccept(result -> answered(result, number));
        });
  }

  private void answered(PublishResult result, int number) {
    if (!isAlive) {
      return;
    }
    unanswered--;
    switch (result) {
      case PublishResult.Published published -> {
        simulation.figures().acknowledged++;
        simulation.oracle().acknowledged(epoch(), published.sequence(), number);
      }
      case PublishResult.Refused refused -> {
        if (refused.rejection().uncertain()) {
          simulation.figures().uncertain++;
        } else {
          simulation.figures().refused++;
        }
      }
    }
  }

  /// A loop has been given a page of the log.
  void lend(LogPages.Lease lease) {
    lent.merge(lease.page(), 1, Integer::sum);
    judgePages();
    simulation.judgePage(lease.page());
  }

  /// A loop has worked on a page.
  void takeBack(LogPages.Lease lease) {
    lent.computeIfPresent(lease.page(), (page, count) -> count == 1 ? null : count - 1);
    lease.close();
  }

  /// What the pages of the log in memory come to.
  private void judgePages() {
    long kept = hub.pages().keptBytes();
    peakPages = Math.max(peakPages, kept);
    if (kept > LogPages.KEPT_BYTES || lent.size() > LogPages.MAX_LENT) {
      simulation
          .oracle()
          .violated(
              Invariant.MEMORY, kept + " bytes of pages are kept, " + lent.size() + " are lent");
    }
  }

  long peakPages() {
    return peakPages;
  }

  /// How long ago the first event was stored that one of its shards has not passed; 0 when all have passed all.
  long lagNanos() {
    long position = Long.MAX_VALUE;
    for (Loop loop : loops) {
      position = Math.min(position, loop.shard().position());
    }
    SharedStream stream = simulation.stream();
    if (!epoch().equals(stream.epoch())) {
      return Long.MAX_VALUE;
    }
    return position >= stream.newest()
        ? 0
        : simulation.agenda().nanoTime() - stream.storedAt(position + 1);
  }

  /// All its sockets lose their connections.
  ///
  /// @return the members that it had
  List<Member> cutAll() {
    List<Member> had = new ArrayList<>();
    for (Loop loop : loops) {
      had.addAll(loop.cutAll());
    }
    had.forEach(member -> sockets -= member.sockets);
    return had;
  }

  /// Ends at once.
  ///
  /// @return the members that it had
  List<Member> die() {
    isAlive = false;
    simulation.figures().orphaned += unanswered;
    log.close();
    following.stop();
    reading.stop();
    List<Member> had = new ArrayList<>();
    for (Loop loop : loops) {
      had.addAll(loop.die());
    }
    return had;
  }

  /// Does something on one of its threads, if it still has one.
  static boolean isTaken(Worker worker, Runnable task) {
    try {
      worker.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "gateway " + place;
  }
}
