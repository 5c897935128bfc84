package dev.tocsin.bridges.out;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.events.BridgeStanding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bridge that sends out: a durable cursor on the log of a hub. It follows, hands events to its [Receiver] in their order,
/// and notes the position when the receiver has taken them. What the receiver cannot take now it is asked to take again, for
/// ever, and nothing overtakes it; what the receiver never wants is set aside, and holds nothing up. So each event comes at
/// least once.
///
/// All of it is done by one virtual thread, which may block. [#standing], [#sendAgain] and [#close] are for any thread.
final class OutLoop implements Bridge {

  /// How long it waits for events before it looks after its state.
  private static final Duration IDLE = Duration.ofSeconds(1);

  /// How long it leaves a hub alone that is not to be had, besides what the cursor does.
  private static final Duration HUB_AWAY = Duration.ofMillis(100);

  /// How long closing waits for what is at hand.
  private static final long CLOSE_MILLIS = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(OutLoop.class);

  // immutable
  private final OutSettings bridge;
  private final Receiver receiver;
  private final OutState state;
  private final SetAside aside;
  private final BridgeFigures figures;
  private final Wake wake = new Wake();
  private final Sending sending;
  private final Gathering gathering;
  private final OutProgress progress;
  private volatile @Nullable Thread thread;

  /// Where the log was at the start, which the thread comes to later; `null` when nobody knew.
  private volatile @Nullable HubPosition newestAtStart;

  private volatile boolean isAskedToSendAgain;

  /// @param figures which the receiver may note in as well
  OutLoop(
      OutSettings bridge,
      Receiver receiver,
      OutState state,
      SetAside aside,
      Backoff backoff,
      BridgeFigures figures,
      InstantSource clock) {
    this.bridge = bridge;
    this.receiver = receiver;
    this.state = state;
    this.aside = aside;
    this.figures = figures;
    this.gathering = new Gathering(bridge.bundling());
    this.sending = new Sending(bridge.name(), receiver, backoff, figures, clock, this::pause);
    this.progress = new OutProgress(bridge.name(), state, sending, aside, figures);
    receiver.whenReady(wake::now);
  }

  @Override
  public void start(FollowableHub hub) {
    Thread made =
        Thread.ofVirtual().name("tocsin-bridge-" + bridge.name()).unstarted(() -> work(hub));
    thread = made;
    newestAtStart = hub.newest();
    progress.tell();
    made.start();
  }

  @Override
  public BridgeStanding standing() {
    // The bridge itself may be waiting for its receiver.
    progress.tell();
    return figures.of(bridge);
  }

  /// Has what was set aside sent again, before anything else; and a bridge that has ended begins again.
  ///
  /// @return how many events that are
  @Override
  public OptionalInt sendAgain() {
    isAskedToSendAgain = true;
    wake.now();
    return OptionalInt.of(aside.size());
  }

  private void work(FollowableHub hub) {
    try {
      while (true) {
        try {
          run(hub);
        } catch (RuntimeException | Error e) {
          // Whatever broke down, the events are still in the log.
          figures.noteError("the bridge met a fault of its own: " + e);
          LOG.atError().setCause(e).addKeyValue("bridge", bridge.name()).log("a bridge broke down");
          pause(Backoff.USUAL_LONGEST);
        }
      }
    } catch (InterruptedException e) {
      // Closed.
      state.save();
    }
  }

  private void run(FollowableHub hub) throws InterruptedException {
    receiver.comesFrom(hub.id());
    open();
    while (true) {
      awaitBeginning(hub);
      gathering.clear();
      try (HubCursor followed = hub.follow(bridge.outgoing().wanted(), beginning(hub))) {
        progress.follows(followed);
        while (state.end() == null) {
          turn(followed);
        }
      } finally {
        progress.follows(null);
      }
    }
  }

  private void open() throws InterruptedException {
    for (int failures = 1; ; failures++) {
      String fault = receiver.open(state);
      if (fault.isEmpty()) {
        return;
      }
      sending.noteDown(fault);
      pause(sending.delay(failures));
    }
  }

  /// Waits as long as the bridge has ended.
  private void awaitBeginning(FollowableHub hub) throws InterruptedException {
    String end = state.end();
    if (end == null) {
      return;
    }
    progress.noteEnd(end);
    // What comes from now on, for how far behind it is: nothing of it is sent.
    try (HubCursor followed = hub.follow(bridge.outgoing().wanted(), null)) {
      progress.follows(followed);
      while (!isAskedToSendAgain) {
        followed.next(Duration.ZERO);
        progress.tell();
        wake.await(IDLE);
      }
    } finally {
      progress.follows(null);
    }
    progress.noteBeginning();
    state.beginAgain();
  }

  private @Nullable HubPosition beginning(FollowableHub hub) {
    HubPosition position = state.position();
    if (position != null) {
      return position;
    }
    if (state.isDamaged()) {
      progress.notePositionUnknown();
    }
    return state.isDamaged() || bridge.outgoing().fromOldest()
        ? new HubPosition(hub.id(), 0)
        : newestAtStart;
  }

  private void turn(HubCursor followed) throws InterruptedException {
    if (isAskedToSendAgain) {
      isAskedToSendAgain = false;
      state.sendAgain(true);
    }
    if (state.isSendingAgain()) {
      sendAsideAgain();
    }
    switch (followed.next(gathering.patience(IDLE))) {
      case HubCursor.Step.Events step -> take(step);
      case HubCursor.Step.Lost step -> lose(step);
      case HubCursor.Step.Restarted step -> restart(step);
      case HubCursor.Step.Unavailable step -> {
        progress.noteHubAway(step.sentence());
        wake.await(HUB_AWAY);
      }
    }
    Shipment due = gathering.due();
    while (due != null && state.end() == null) {
      ship(due);
      due = gathering.due();
    }
    state.saveIfDue();
    progress.tell();
  }

  private void take(HubCursor.Step.Events step) {
    progress.noteHubThere();
    if (state.position() == null) {
      // Where it has begun has to be known before anything goes wrong with the first event.
      state.moveTo(
          step.events().isEmpty()
              ? step.upTo()
              : new HubPosition(step.upTo().epoch(), step.events().getFirst().sequence() - 1));
    }
    gathering.add(step);
    if (gathering.isEmpty()) {
      state.advance(step.upTo(), 0);
    }
  }

  private void lose(HubCursor.Step.Lost step) throws InterruptedException {
    progress.noteHubThere();
    shipAll();
    if (state.end() != null) {
      return;
    }
    // Whoever begins with the oldest event has lost none of those before it.
    if (state.position() != null) {
      progress.noteLost(step.from(), step.to());
    }
    state.moveTo(step.upTo());
  }

  private void restart(HubCursor.Step.Restarted step) throws InterruptedException {
    progress.noteHubThere();
    shipAll();
    if (state.end() != null) {
      return;
    }
    progress.noteAnotherLog();
    state.moveTo(step.upTo());
  }

  private void shipAll() throws InterruptedException {
    Shipment next = gathering.next();
    while (next != null && state.end() == null) {
      ship(next);
      next = gathering.next();
    }
  }

  /// Sends events, until each of them is done with or the bridge ends.
  private void ship(Shipment shipment) throws InterruptedException {
    String end =
        sending.send(
            shipment,
            done -> {
              state.advance(gathering.positionAfter(done.getLast()), done.size());
              progress.tell();
            },
            entry -> aside.add(entry));
    if (end != null) {
      state.endWith(end);
    }
  }

  /// Sends what was set aside, the oldest first; what is refused again is set aside again. Goes on after a restart.
  private void sendAsideAgain() throws InterruptedException {
    AsideAgain again = new AsideAgain(aside);
    try {
      while (again.hasNext() && state.end() == null) {
        String end = sending.send(again.next(), done -> again.noteSent(), again::refuse);
        if (end != null) {
          state.endWith(end);
        }
        progress.tell();
      }
      again.save();
      state.sendAgain(false);
    } finally {
      again.save();
      progress.tell();
    }
  }

  /// Waits for a while, or until somebody wants the bridge to try again, or the receiver can.
  private void pause(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      progress.tell();
      state.saveIfDue();
      if (wake.await(Duration.ofNanos(Math.min(left, IDLE.toNanos())))) {
        return;
      }
    }
  }

  /// Ends it: whatever waits ends at once, and the position is written.
  @Override
  public void close() {
    Thread running = thread;
    if (running == null) {
      receiver.close();
      return;
    }
    running.interrupt();
    receiver.close();
    try {
      if (!running.join(Duration.ofMillis(CLOSE_MILLIS))) {
        LOG.atWarn().addKeyValue("bridge", bridge.name()).log("a bridge does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
