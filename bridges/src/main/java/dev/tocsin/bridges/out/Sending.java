package dev.tocsin.bridges.out;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.events.Excerpt;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How events get to a receiver, whatever it answers: again and again until each is taken, or refused for good. One thread, but
/// [#sent].
final class Sending {

  /// The longest that a receiver may want to be left alone.
  static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  /// How long there is silence about a receiver that comes and goes.
  private static final long TOLD_EVERY_NANOS = 60_000_000_000L;

  /// What is kept of an answer.
  static final int MAX_ANSWER = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

  private final String bridge;
  private final Receiver receiver;
  private final Backoff backoff;
  private final BridgeFigures figures;
  private final InstantSource clock;
  private final Pause pause;
  private int failures;
  private boolean isDownTold;
  private long toldAt;
  private final AtomicLong sent = new AtomicLong();

  /// Waits between two attempts.
  @FunctionalInterface
  interface Pause {
    void sleep(Duration time) throws InterruptedException;
  }

  Sending(
      String bridge,
      Receiver receiver,
      Backoff backoff,
      BridgeFigures figures,
      InstantSource clock,
      Pause pause) {
    this.bridge = bridge;
    this.receiver = receiver;
    this.backoff = backoff;
    this.figures = figures;
    this.clock = clock;
    this.pause = pause;
  }

  /// How many events were taken. Any thread.
  long sent() {
    return sent.get();
  }

  Duration delay(int after) {
    return backoff.delay(after);
  }

  /// Sends events until each is done with.
  ///
  /// @param done is told of the events that are done with, in their order; those that were taken together, together
  /// @param refuse sets an event aside, and says why it cannot
  /// @return why the receiver wants nothing any more; `null` when all are done with
  @Nullable String send(
      Shipment shipment,
      Consumer<List<FollowedEvent>> done,
      Function<SetAside.Entry, String> refuse)
      throws InterruptedException {
    List<FollowedEvent> left = shipment.events();
    boolean isOneByOne = false;
    while (!left.isEmpty()) {
      List<FollowedEvent> part = isOneByOne ? left.subList(0, 1) : left;
      Receiver.Answer answer = attempt(new Shipment(shipment.epoch(), part));
      int taken = Math.clamp(answer.taken(), 0, part.size());
      if (taken > 0) {
        noteSent(taken);
        done.accept(left.subList(0, taken));
      }
      left = left.subList(taken, left.size());
      boolean isSeveral = part.size() - taken > 1;
      boolean isAnyLeft = part.size() > taken;
      switch (answer) {
        case Receiver.Answer.Taken all -> {
          noteUp();
          if (taken == 0) {
            retry("the receiver has taken nothing, and did not say why", Duration.ZERO);
          }
        }
        case Receiver.Answer.Later later -> retry(later.sentence(), later.atLeast());
        case Receiver.Answer.Refused refused when isAnyLeft -> {
          noteUp();
          isOneByOne |= isSeveral;
          if (!isSeveral) {
            left = refused(refused, shipment.epoch(), left, done, refuse);
          }
        }
        case Receiver.Answer.PassedOver over when isAnyLeft -> {
          noteUp();
          isOneByOne |= isSeveral;
          if (!isSeveral) {
            figures.noteRefused(over.reason(), over.sentence(), left.getFirst().envelope());
            done.accept(left.subList(0, 1));
            left = left.subList(1, left.size());
          }
        }
        case Receiver.Answer.Refused nothing -> noteUp();
        case Receiver.Answer.PassedOver nothing -> noteUp();
        case Receiver.Answer.Over over -> {
          figures.noteDown("it has ended: " + over.sentence());
          LOG.atWarn()
              .addKeyValue("bridge", bridge)
              .addKeyValue("reason", over.sentence())
              .log("a bridge has ended: its receiver wants nothing any more");
          return over.sentence();
        }
      }
    }
    return null;
  }

  /// Sets the first event aside; when that is not possible, it is tried again later.
  private List<FollowedEvent> refused(
      Receiver.Answer.Refused refused,
      String epoch,
      List<FollowedEvent> left,
      Consumer<List<FollowedEvent>> done,
      Function<SetAside.Entry, String> refuse)
      throws InterruptedException {
    FollowedEvent event = left.getFirst();
    Instant now = clock.instant();
    String fault =
        refuse.apply(
            new SetAside.Entry(
                epoch, event, refused.sentence(), Excerpt.of(refused.answer(), MAX_ANSWER), now));
    if (!fault.isEmpty()) {
      retry(refused.sentence() + "; and " + fault, Duration.ZERO);
      return left;
    }
    figures.noteRefused(Reason.REFUSED_THERE, refused.sentence(), event.envelope());
    figures.noteError(refused.sentence());
    done.accept(left.subList(0, 1));
    return left.subList(1, left.size());
  }

  private Receiver.Answer attempt(Shipment shipment) throws InterruptedException {
    try {
      return receiver.send(shipment);
    } catch (RuntimeException | Error e) {
      LOG.atError().setCause(e).addKeyValue("bridge", bridge).log("a bridge broke down");
      return new Receiver.Answer.Later(
          0, "the bridge met a fault of its own: " + e, backoff.longest());
    }
  }

  private void retry(String sentence, Duration atLeast) throws InterruptedException {
    noteDown(sentence);
    failures++;
    Duration delay = backoff.delay(failures);
    Duration wanted = atLeast.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : atLeast;
    pause.sleep(delay.compareTo(wanted) < 0 ? wanted : delay);
  }

  private void noteSent(int events) {
    sent.addAndGet(events);
    noteUp();
  }

  /// Notes that the receiver is there. That it is back is told where it was told that it was away.
  private void noteUp() {
    failures = 0;
    figures.noteUp();
    if (isDownTold) {
      isDownTold = false;
      LOG.atInfo().addKeyValue("bridge", bridge).log("the receiver of a bridge takes events again");
    }
  }

  /// Notes that the receiver takes nothing. It is told once, not each time.
  void noteDown(String sentence) {
    boolean isNews = figures.noteDown(sentence);
    long now = System.nanoTime();
    // A receiver with a line of its own has told it then.
    isDownTold |= failures == 0 && !isNews;
    if (!isDownTold && (toldAt == 0 || now - toldAt >= TOLD_EVERY_NANOS)) {
      isDownTold = true;
      toldAt = now;
      LOG.atWarn()
          .addKeyValue("bridge", bridge)
          .addKeyValue("reason", sentence)
          .log("the receiver of a bridge takes nothing; it is tried again until it does");
    }
  }
}
