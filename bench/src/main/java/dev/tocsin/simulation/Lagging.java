package dev.tocsin.simulation;

import dev.tocsin.hub.LogPages;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Replay;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// The members of a loop that are lagging: each goes on a page at a time, when its sockets have taken the one before and the
/// gateway has room, and all take turns, as in the program.
final class Lagging {

  /// How long the loop works on pages before it looks after everything else.
  private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final Simulation simulation;
  private final Agenda agenda;
  private final Gateway gateway;
  private final Loop loop;
  private final PageRoom room;
  private final Deque<Member> waiting = new ArrayDeque<>();
  private boolean isPlanned;

  Lagging(Simulation simulation, Gateway gateway, Loop loop) {
    this.simulation = simulation;
    this.agenda = simulation.agenda();
    this.gateway = gateway;
    this.loop = loop;
    this.room = gateway.room();
  }

  /// A member reads the log from now on.
  void begin(Member member, Replay<Member> replay) {
    end(member);
    member.replay = replay;
    member.state = Member.State.LAGGING;
    room.lagging(member.sockets);
    simulation.figures().lagging += member.sockets;
    await(member);
  }

  /// A member reads no more, if it did, or was about to.
  void end(Member member) {
    letGo(member);
    boolean reads = member.state == Member.State.LAGGING;
    if (reads || member.state == Member.State.AWAITING) {
      member.replay = null;
      simulation.figures().lagging -= member.sockets;
    }
    if (reads) {
      room.lagging(-member.sockets);
    }
  }

  private void letGo(Member member) {
    LogPages.Lease lease = member.fetched;
    if (lease != null) {
      member.fetched = null;
      gateway.takeBack(lease);
    }
  }

  private void await(Member member) {
    waiting.add(member);
    plan();
  }

  private void plan() {
    if (!isPlanned && !waiting.isEmpty()) {
      isPlanned = true;
      loop.work(this::turn);
    }
  }

  private void turn() {
    isPlanned = false;
    long end = agenda.nanoTime() + SLICE_NANOS;
    while (agenda.nanoTime() < end && !waiting.isEmpty()) {
      Member next = waiting.element();
      if (!room.hasFor(next.sockets)) {
        waiting.forEach(this::letGo);
        isPlanned = true;
        room.await(() -> loop.work(this::turn));
        return;
      }
      waiting.remove();
      if (next.state == Member.State.LAGGING) {
        work(next);
      }
    }
    plan();
  }

  private void work(Member member) {
    Replay<Member> replay = member.replay;
    if (replay == null) {
      throw new IllegalStateException(member + " lags without reading");
    }
    int share = room.pageBytes();
    PageText text = new PageText(member);
    LogPages.Lease page = member.fetched;
    long before = replay.position();
    Replay.Progress progress =
        page == null
            ? replay.advance(share, text)
            : replay.take(page.page(), page.filter(), share, text);
    letGo(member);
    long passed = replay.position() - before;
    agenda.spend(member.sockets * passed * simulation.cost(Coefficient.SCANNED_NANOS));
    switch (progress) {
      case NOT_HELD -> fetch(member, replay);
      // Its loop is about to be told.
      case ENDED -> {}
      case MORE -> {
        if (!write(member, text)) {
          await(member);
        }
      }
      case CAUGHT_UP -> {
        end(member);
        member.state = Member.State.LIVE;
        simulation.figures().noteReplay(agenda.nanoTime() - member.since);
        write(member, text);
        loop.becameLive(member);
      }
    }
  }

  private void fetch(Member member, Replay<Member> replay) {
    agenda.spend(member.sockets * simulation.cost(Coefficient.PAGE_NANOS));
    gateway
        .hub()
        .pages()
        .read(
            replay.position(),
            replay.filter(),
            new LogPages.Reader() {
              @Override
              public void page(LogPages.Lease lease) {
                gateway.lend(lease);
                loop.work(() -> arrived(member, replay, lease));
              }

              @Override
              public void failed(Throwable failure, long retryMillis) {
                agenda.after(
                    TimeUnit.MILLISECONDS.toNanos(retryMillis),
                    () -> loop.work(() -> goOn(member, replay)));
              }
            });
  }

  private void arrived(Member member, Replay<Member> replay, LogPages.Lease lease) {
    if (member.replay == replay) {
      member.fetched = lease;
      await(member);
    } else {
      gateway.takeBack(lease);
    }
  }

  private void goOn(Member member, Replay<Member> replay) {
    if (member.replay == replay) {
      await(member);
    }
  }

  /// Each of the sockets is sent the page.
  ///
  /// @return whether there is anything in it
  private boolean write(Member member, PageText text) {
    if (text.events == 0) {
      return false;
    }
    agenda.spend(
        member.sockets
            * (simulation.cost(Coefficient.WRITE_NANOS)
                + text.events * simulation.cost(Coefficient.RESUMED_EVENT_NANOS)));
    long bytes = member.sockets * text.bytes;
    room.take(bytes);
    simulation.judgeRoom(room, member.sockets);
    Replay<Member> replay = member.replay;
    agenda.after(
        simulation.cost(Coefficient.ROUND_TRIP_NANOS)
            + text.bytes
                * TimeUnit.SECONDS.toNanos(1)
                / simulation.cost(Coefficient.SOCKET_BYTES_PER_SECOND),
        () -> {
          room.giveBack(bytes);
          if (replay != null) {
            loop.work(() -> goOn(member, replay));
          }
        });
    return true;
  }

  /// A page as one socket gets it, held against what the oracle knows.
  private final class PageText implements Replay.Sink {

    private final Member member;
    private long events;
    private long bytes;

    PageText(Member member) {
      this.member = member;
    }

    @Override
    public void event(LoggedEvent event, long previous) {
      events++;
      bytes += Loop.bytes(event);
      simulation.oracle().delivered(member, event, previous, agenda.nanoTime());
    }

    @Override
    public void gap(long from, long to) {
      simulation.figures().gaps++;
      simulation.oracle().gap(member, from, to);
    }
  }
}
