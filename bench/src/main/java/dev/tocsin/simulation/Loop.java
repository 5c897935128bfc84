package dev.tocsin.simulation;

import dev.tocsin.hub.Batch;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Shard;
import dev.tocsin.hub.ShardOutput;
import dev.tocsin.hub.ShardOwner;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An event loop of a gateway with its shard: it hands batches to members, and charges itself for each of the sockets that they
/// stand for. Who lags is left to [Lagging], who comes to [Door].
final class Loop implements ShardOwner, ShardOutput<Member> {

  /// What the program's output allows a turn.
  private static final long MAX_TURN_BYTES = 16L << 20;

  private final Simulation simulation;
  private final Agenda agenda;
  private final Gateway gateway;
  private final Worker worker;
  private final Lagging lagging;
  private final Door door;
  private final Shard<Member> shard;
  private final Set<Member> members = new LinkedHashSet<>();

  /// For each wish the live member that takes in those that have caught up.
  private final @Nullable Member[] live;

  private final long writeNanos;
  private final long eventNanos;
  private final long passedNanos;

  Loop(Simulation simulation, Gateway gateway, Worker worker) {
    this.simulation = simulation;
    this.agenda = simulation.agenda();
    this.gateway = gateway;
    this.worker = worker;
    this.writeNanos = simulation.cost(Coefficient.WRITE_NANOS);
    this.eventNanos = simulation.cost(Coefficient.EVENT_NANOS);
    this.passedNanos = simulation.cost(Coefficient.PASSED_NANOS);
    this.live = new @Nullable Member[simulation.wishes()];
    this.lagging = new Lagging(simulation, gateway, this);
    this.door = new Door(simulation, gateway, this);
    this.shard = gateway.hub().newShard(this, this);
  }

  Shard<Member> shard() {
    return shard;
  }

  Lagging lagging() {
    return lagging;
  }

  Door door() {
    return door;
  }

  Set<Member> members() {
    return members;
  }

  /// Does something on the loop, if that is still there.
  void work(Runnable task) {
    Gateway.isTaken(worker, task);
  }

  // The shard's owner

  @Override
  public void execute(Runnable task) {
    worker.execute(counted(task));
  }

  /// A task in which the shard may pass events.
  private Runnable counted(Runnable task) {
    return () -> {
      long before = shard.position();
      task.run();
      agenda.spend(Math.max(0, shard.position() - before) * passedNanos);
    };
  }

  @Override
  public void executeAfter(Runnable task, long nanos) {
    agenda.after(nanos, () -> work(counted(task)));
  }

  @Override
  public void failed(Throwable failure) {
    throw new IllegalStateException("a shard has failed", failure);
  }

  /// All who are here stood in the epoch that is over.
  @Override
  public void restarted() {
    List<Member> ended = endAll();
    work(() -> {
      ended.forEach(shard::leave);
      ended.forEach(member -> gateway.addSockets(-member.sockets));
      simulation.crowd().comeBack(ended, Crowd.FIRST_DELAY_NANOS);
    });
  }

  // The shard's output

  @Override
  public int send(Batch batch, List<Member> some) {
    int sockets = 0;
    long now = agenda.nanoTime();
    simulation.figures().noteLatency(now - simulation.stream().storedAt(batch.after() + 1));
    for (Member member : some) {
      if (member.state == Member.State.LIVE) {
        batch.forEach(
            (event, previous) -> simulation.oracle().delivered(member, event, previous, now));
        sockets += member.sockets;
      }
    }
    agenda.spend(sockets * (writeNanos + batch.events().size() * eventNanos));
    return sockets;
  }

  @Override
  public long maxTurnBytes() {
    return MAX_TURN_BYTES;
  }

  @Override
  public void lag(List<Member> some, long after, long previous) {
    for (Member member : some) {
      if (member.state == Member.State.LIVE) {
        member.state = Member.State.LEAVING;
        forget(member);
        work(() -> leave(member, after, previous));
      }
    }
  }

  private void leave(Member member, long after, long previous) {
    if (member.state == Member.State.LEAVING) {
      lagging.begin(member, shard.replay(member, after, previous));
    }
  }

  // Who comes and goes

  /// Lets a member in, which is live.
  ///
  /// @return the position that it is told
  long join(Member member) {
    long at = shard.join(member, null, member.wish.patterns(), member.wish.where());
    // Letting it in may have made the shard hear of a new epoch, which ended all who were here.
    members.add(member);
    member.epoch = shard.epoch();
    simulation.oracle().toldPosition(member, at);
    return at;
  }

  /// A member is live: it becomes one with who is live already and wants the same.
  void becameLive(Member member) {
    int wish = member.wish.number();
    Member main = live[wish];
    if (main == null) {
      live[wish] = member;
      return;
    }
    shard.positionOf(main);
    shard.leave(member);
    simulation.oracle().merged(main, member);
    main.sockets += member.sockets;
    members.remove(member);
    member.state = Member.State.GONE;
  }

  private void forget(Member member) {
    if (member.equals(live[member.wish.number()])) {
      live[member.wish.number()] = null;
    }
  }

  /// All sockets lose their connections.
  ///
  /// @return the members that it had, and those that stood at its door
  List<Member> cutAll() {
    List<Member> had = endAll();
    had.forEach(shard::leave);
    had.addAll(door.empty());
    return had;
  }

  /// Ends at once.
  ///
  /// @return the members that it had, and those that stood at its door
  List<Member> die() {
    worker.stop();
    List<Member> had = endAll();
    had.addAll(door.empty());
    return had;
  }

  private List<Member> endAll() {
    List<Member> had = new ArrayList<>(members);
    for (Member member : had) {
      lagging.end(member);
      member.state = Member.State.GONE;
      forget(member);
    }
    members.clear();
    return had;
  }

  /// How many bytes an event takes in a page.
  static int bytes(LoggedEvent event) {
    return event.event().json().length;
  }
}
