package dev.tocsin.simulation;

import dev.tocsin.hub.Shard;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Where sockets come to a loop: it accepts for a millisecond at a time, as the program does, and has each go on where it was.
/// Who has waited for too long has gone, and comes back later.
final class Door {

  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /// How long a resumption waits for a position that has not come here yet.
  private static final Duration REACH_TIME = Duration.ofSeconds(10);

  private final Simulation simulation;
  private final Agenda agenda;
  private final Gateway gateway;
  private final Loop loop;
  private final Deque<Arrival> waiting = new ArrayDeque<>();
  private boolean isPlanned;

  Door(Simulation simulation, Gateway gateway, Loop loop) {
    this.simulation = simulation;
    this.agenda = simulation.agenda();
    this.gateway = gateway;
    this.loop = loop;
  }

  void arrive(Arrival arrival) {
    waiting.add(arrival);
    plan();
  }

  private void plan() {
    if (!isPlanned && !waiting.isEmpty()) {
      isPlanned = true;
      loop.work(this::accept);
    }
  }

  private void accept() {
    isPlanned = false;
    long one = Math.max(1, simulation.cost(Coefficient.RECONNECT_NANOS));
    long end = agenda.nanoTime() + SLICE_NANOS;
    while (agenda.nanoTime() < end && !waiting.isEmpty()) {
      Arrival next = waiting.element();
      if (agenda.nanoTime() - next.since > simulation.cost(Coefficient.PATIENCE_NANOS)) {
        waiting.remove();
        gateway.addSockets(-next.sockets);
        simulation.crowd().tryAgain(next);
        continue;
      }
      int some = Math.clamp((end - agenda.nanoTime()) / one, 1, next.left);
      next.left -= some;
      agenda.spend(some * one);
      if (next.left == 0) {
        waiting.remove();
        enter(next);
      }
    }
    plan();
  }

  /// They are connected, subscribe, and resume, as the program has it.
  private void enter(Arrival arrival) {
    simulation.figures().outside -= arrival.sockets;
    simulation.figures().reconnected += arrival.sockets;
    Shard<Member> shard = loop.shard();
    Member member =
        new Member(
            simulation.nextMember(),
            arrival.wish,
            arrival.sockets,
            shard.epoch(),
            agenda.nanoTime());
    long at = loop.join(member);
    if (!arrival.epoch.equals(member.epoch)) {
      simulation.figures().restarted += arrival.sockets;
      loop.becameLive(member);
    } else if (arrival.position <= at) {
      resume(member, arrival.position);
    } else {
      lookForward(member, arrival, at);
    }
  }

  private void resume(Member member, long position) {
    simulation.oracle().toldPosition(member, position);
    loop.lagging().begin(member, loop.shard().replay(member, position, position));
  }

  /// Another gateway was ahead of this one.
  private void lookForward(Member member, Arrival arrival, long at) {
    member.state = Member.State.AWAITING;
    member.replay = loop.shard().replay(member, at, at);
    simulation.figures().lagging += member.sockets;
    gateway
        .hub()
        .log()
        .reach(arrival.position, REACH_TIME)
        .whenComplete((reached, failure) -> loop.work(() -> goOn(member, arrival)));
  }

  private void goOn(Member member, Arrival arrival) {
    if (member.state != Member.State.AWAITING) {
      return;
    }
    long at = loop.shard().catchUp(member);
    if (arrival.position <= at) {
      resume(member, arrival.position);
    } else {
      simulation.figures().ahead += member.sockets;
      resume(member, at);
    }
  }

  /// Those that stand here come in no more.
  ///
  /// @return they, as members that have come nowhere
  List<Member> empty() {
    List<Member> here = new ArrayList<>();
    for (Arrival arrival : waiting) {
      Member member =
          new Member(
              simulation.nextMember(),
              arrival.wish,
              arrival.sockets,
              arrival.epoch,
              agenda.nanoTime());
      member.position = arrival.position;
      member.state = Member.State.GONE;
      simulation.figures().outside -= arrival.sockets;
      here.add(member);
    }
    waiting.clear();
    return here;
  }
}
