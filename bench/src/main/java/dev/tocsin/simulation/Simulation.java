package dev.tocsin.simulation;

import dev.tocsin.events.Slice;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// One run: gateways on a shared log, their sockets, what is published, and what goes wrong ([Scenario]). One thread, a virtual
/// clock ([Agenda]) and a seed: two runs of the same are the same.
///
/// Real are the hub, its shards, replays and pages. Simulated are the log, the threads with their time, the network, the
/// sockets. A [Member] of a shard stands for many sockets.
final class Simulation {

  /// How long everything is quiet before the scenario begins.
  static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(5);

  /// How long events are still published after all is well again.
  private static final long AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

  /// How long it may take until all is well again when nothing more goes wrong.
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);

  /// When nothing is published any more, what is under way comes to its end in this time.
  private static final long SETTLE_NANOS = GatewayPublishes.PATIENCE_NANOS + CALM_NANOS;

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// A gateway that lags no more than this has caught up.
  private static final long CAUGHT_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Scale scale;
  private final Coefficients coefficients;
  private final LogOf logOf;
  private final SplittableRandom random;
  private final Agenda agenda = new Agenda();
  private final Figures figures = new Figures();
  private final Oracle oracle;
  private final SharedStream stream;
  private final Events events;
  private final Crowd crowd;
  private final List<Wish> wishes = new ArrayList<>();
  private final List<Gateway> gateways = new ArrayList<>();

  private long members;
  private boolean isPublishing = true;
  private double due;

  private long troubleBegan = Long.MAX_VALUE;
  private long troubleEnded = Long.MAX_VALUE;
  private long allLiveAt = -1;
  private long caughtUpAt = -1;
  private long peakPages;
  private long peakRoom;

  /// What a gateway sees of the log.
  interface LogOf {

    /// The log for one of them.
    ///
    /// @param gateway its place
    /// @param log what it would see
    EventLog of(int gateway, EventLog log);
  }

  Simulation(Scale scale, Coefficients coefficients) {
    this(scale, coefficients, (gateway, log) -> log);
  }

  /// @param logOf may break the logs, to see that it is noticed
  Simulation(Scale scale, Coefficients coefficients, LogOf logOf) {
    this.scale = scale;
    this.coefficients = coefficients;
    this.logOf = logOf;
    this.random = new SplittableRandom(scale.seed());
    this.oracle = new Oracle(scale.sites() + 1);
    this.stream = new SharedStream(agenda, coefficients, random.split(), oracle);
    this.events = new Events(scale, random.split());
    this.crowd = new Crowd(this, random.split());
    for (int number = 0; number <= scale.sites(); number++) {
      wishes.add(Wish.of(number));
    }
  }

  // What its parts ask for

  Scale scale() {
    return scale;
  }

  Agenda agenda() {
    return agenda;
  }

  Coefficients coefficients() {
    return coefficients;
  }

  long cost(Coefficient coefficient) {
    return coefficients.of(coefficient);
  }

  SharedStream stream() {
    return stream;
  }

  Oracle oracle() {
    return oracle;
  }

  Figures figures() {
    return figures;
  }

  Crowd crowd() {
    return crowd;
  }

  EventLog logOf(int gateway, EventLog log) {
    return logOf.of(gateway, log);
  }

  int wishes() {
    return wishes.size();
  }

  Wish wish(int number) {
    return wishes.get(number);
  }

  Gateway gateway(int place) {
    return gateways.get(place);
  }

  long nextMember() {
    return members++;
  }

  /// The place of some gateway that works.
  int anyLiving(SplittableRandom drawnFrom) {
    int place = drawnFrom.nextInt(gateways.size());
    while (!gateways.get(place).isAlive()) {
      place = (place + 1) % gateways.size();
    }
    return place;
  }

  /// A page of the log has to keep its bounds.
  void judgePage(Page page) {
    long bytes = 0;
    for (LoggedEvent event : page.events()) {
      bytes += Loop.bytes(event);
    }
    if (page.events().size() > LogPages.PAGE_EVENTS
        || (bytes > LogPages.PAGE_BYTES && page.events().size() > 1)) {
      oracle.violated(
          Invariant.MEMORY, "a page of " + page.events().size() + " events, " + bytes + " bytes");
    }
  }

  /// The pages on their way have to keep theirs, but for the last event of each page.
  void judgeRoom(PageRoom room, int sockets) {
    if (room.bytes() > PageRoom.ALL_BYTES + 2L * sockets * scale.eventBytes()) {
      oracle.violated(Invariant.MEMORY, room.bytes() + " bytes of pages are on their way");
    }
  }

  // What scenarios do

  /// The scenario begins now: what is noted from here on is told.
  void troubleBegins() {
    troubleBegan = agenda.nanoTime();
  }

  /// Nothing more goes wrong from now on.
  void troubleEnds() {
    troubleEnded = agenda.nanoTime();
  }

  /// A gateway ends.
  ///
  /// @param spreadNanos the bound of the delay after which its sockets come back
  void end(int place, long spreadNanos) {
    if (gateways.stream().filter(Gateway::isAlive).count() < 2) {
      throw new IllegalArgumentException("a gateway ends only where there is another");
    }
    crowd.comeBack(gateways.get(place).die(), spreadNanos);
    note(gateways.get(place));
  }

  /// A gateway that has ended begins anew, without sockets.
  void begin(int place) {
    Gateway before = gateways.get(place);
    gateways.set(place, new Gateway(this, place, before.busy(), random.split()));
  }

  /// All sockets of all gateways lose their connections at the same moment.
  void cutAll() {
    List<Member> ended = new ArrayList<>();
    for (Gateway gateway : gateways) {
      ended.addAll(gateway.cutAll());
    }
    crowd.comeBack(ended, Crowd.FIRST_DELAY_NANOS);
  }

  // The run

  /// Plays a scenario to its end.
  Report run(Scenario scenario) {
    for (int place = 0; place < scale.gateways(); place++) {
      gateways.add(new Gateway(this, place, new PerSecond(), random.split()));
    }
    gateways.forEach(this::fill);
    agenda.after(0, this::publish);
    agenda.after(WATCH_NANOS, this::watch);
    agenda.at(
        CALM_NANOS,
        () -> {
          troubleBegins();
          scenario.begin(this);
        });
    long end = CALM_NANOS;
    while (!isWell() && end - LONGEST_NANOS < troubleEnded) {
      end += TimeUnit.SECONDS.toNanos(1);
      agenda.runUntil(end);
    }
    end += AFTER_NANOS;
    agenda.runUntil(end);
    isPublishing = false;
    agenda.runUntil(end + SETTLE_NANOS);
    judgeEnd();
    gateways.forEach(this::note);
    return report(scenario, end);
  }

  private boolean isWell() {
    return allLiveAt >= 0 && caughtUpAt >= 0;
  }

  private void fill(Gateway gateway) {
    int loops = scale.loops();
    for (int i = 0; i < loops; i++) {
      Loop loop = gateway.loops().get(i);
      int sockets =
          scale.socketsPerGateway() / loops + (i < scale.socketsPerGateway() % loops ? 1 : 0);
      for (Wish wish : wishes) {
        int some = Wish.share(wish.number(), scale.sites(), sockets);
        if (some > 0) {
          Member member = new Member(nextMember(), wish, some, stream.epoch(), 0);
          loop.join(member);
          loop.becameLive(member);
        }
      }
    }
    gateway.addSockets(scale.socketsPerGateway());
  }

  private void publish() {
    if (!isPublishing) {
      return;
    }
    due += scale.eventsPerSecond() * (double) TICK_NANOS / TimeUnit.SECONDS.toNanos(1);
    while (due >= 1) {
      due--;
      int number = events.made();
      Slice event = events.next();
      gateways.get(anyLiving(random)).publish(event, number);
    }
    agenda.after(TICK_NANOS, this::publish);
  }

  private void watch() {
    long now = agenda.nanoTime();
    if (troubleEnded <= now) {
      if (allLiveAt < 0 && figures.outside == 0 && figures.lagging == 0) {
        allLiveAt = now;
      }
      if (caughtUpAt < 0 && hasCaughtUp()) {
        caughtUpAt = now;
      }
    }
    agenda.after(WATCH_NANOS, this::watch);
  }

  private boolean hasCaughtUp() {
    if (stream.waiting() > scale.eventsPerSecond()) {
      return false;
    }
    for (Gateway gateway : gateways) {
      if (gateway.isAlive() && gateway.lagNanos() > CAUGHT_UP_NANOS) {
        return false;
      }
    }
    return true;
  }

  /// In the end every socket is live and has had all there is.
  private void judgeEnd() {
    long sockets = 0;
    for (Gateway gateway : gateways) {
      if (!gateway.isAlive()) {
        continue;
      }
      for (Loop loop : gateway.loops()) {
        for (Member member : loop.members()) {
          sockets += member.sockets;
          if (member.state != Member.State.LIVE) {
            oracle.violated(Invariant.ALL_LIVE, member + " is " + member.state);
          } else if (!oracle.hasAll(member)) {
            oracle.violated(
                Invariant.NONE_MISSED, member + " has had nothing after " + member.position);
          }
        }
      }
    }
    if (sockets != scale.sockets()) {
      oracle.violated(Invariant.ALL_LIVE, sockets + " sockets are left of " + scale.sockets());
    }
  }

  private void note(Gateway gateway) {
    peakPages = Math.max(peakPages, gateway.peakPages());
    peakRoom = Math.max(peakRoom, gateway.room().peakBytes());
  }

  private Report report(Scenario scenario, long end) {
    double calm = 0;
    double peak = 0;
    for (Gateway gateway : gateways) {
      calm = Math.max(calm, gateway.busy().most(TimeUnit.SECONDS.toNanos(2), CALM_NANOS));
      peak = Math.max(peak, gateway.busy().most(CALM_NANOS, end));
    }
    return new Report(
        scenario,
        scale,
        events.made(),
        figures,
        oracle.deliveries(),
        calm,
        peak,
        isWell() ? caughtUpAt - troubleEnded : -1,
        isWell() ? allLiveAt - troubleBegan : -1,
        troubleEnded - troubleBegan,
        peakPages,
        peakRoom,
        stream.sent().most(TimeUnit.SECONDS.toNanos(2), CALM_NANOS) * 8,
        stream.sent().most(CALM_NANOS, end) * 8,
        stream.sentBytes(),
        oracle.violations(),
        oracle.told(),
        oracle.digest());
  }
}
