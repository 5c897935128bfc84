package dev.tocsin.jetstream;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.DurationFigures;
import dev.tocsin.hub.Durations;
import dev.tocsin.hub.IdempotencyKey;
import dev.tocsin.hub.LoggedEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Brings events into the stream and finds out what became of each.
///
/// What is in flight ([SendWindow]) is settled by the stream's acknowledgement, or by the follower, which meets the event.
/// After [#PATIENCE] it is *unknown*, or *unavailable* if nobody ever had it.
///
/// While the stream takes nothing ([Intake]), nothing new is sent: a message that no stream takes asks whether somebody is
/// there. Then what surely is not in the stream is sent again, in the order in which it came, and so is what has an idempotency
/// key, which does no harm as long as JetStream remembers that. An event that is not in the stream while one after it is would
/// come too late: it is refused.
///
/// All state is guarded by the lock; any thread may call anything, acknowledgements come on a thread of the library's.
final class Sender {

  /// How long a publish may take, whatever happens.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /// How often it looks whether something has to be done.
  static final Duration TICK = Duration.ofMillis(100);

  /// After which time an event is sent again whose key JetStream has in work.
  private static final Duration AGAIN = Duration.ofMillis(5);

  static final String CLOSED = "The log is closed";
  private static final String FULL = "More events are waiting than JetStream takes";
  private static final String LATE =
      "JetStream did not take the event within " + PATIENCE.toSeconds() + " seconds";
  private static final String OVERTAKEN =
      "JetStream did not take the event, and has taken later ones meanwhile";
  private static final String FORBIDDEN = "NATS does not permit this gateway to publish to ";
  private static final String UNANSWERED =
      "JetStream did not answer within " + PATIENCE.toSeconds() + " seconds";

  private final EventChannel channel;
  private final FirstUse firstUse;
  private final ScheduledExecutorService timer;
  private final Supplier<@Nullable String> fault;

  /// For so long after it was sent an event with a key may be sent again: half of the time for which JetStream remembers keys,
  /// so that it comes within the other half.
  private final long keyedNanos;

  private final Durations durations = new Durations();
  private final AtomicLong uncertain = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();

  // guarded by lock
  private final SendWindow window;
  private final Intake intake = new Intake();
  private long newestStored;
  private @Nullable String refusal;
  private long refusedNanos;
  private boolean closed;

  /// @param idempotencyWindow for how long JetStream remembers keys
  /// @param fault what keeps JetStream from taking events, in words; `null` when nothing is known
  Sender(
      EventChannel channel,
      FirstUse firstUse,
      SendWindow window,
      Duration idempotencyWindow,
      ScheduledExecutorService timer,
      Supplier<@Nullable String> fault) {
    this.channel = channel;
    this.firstUse = firstUse;
    this.window = window;
    this.keyedNanos = idempotencyWindow.toNanos() / 2;
    this.timer = timer;
    this.fault = fault;
  }

  /// Listens to acknowledgements.
  void start() {
    channel.listen(this::answered);
  }

  /// See [dev.tocsin.hub.EventLog#append].
  CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return lockedGet(() -> {
      if (closed) {
        return AppendRequest.refused(appends, CLOSED);
      }
      AppendRequest request = new AppendRequest(appends, System.nanoTime() + PATIENCE.toNanos());
      if (!window.admit(request)) {
        return AppendRequest.refused(appends, FULL);
      }
      pump();
      return request.answer();
    });
  }

  /// Sends what waits, as far as there is room.
  private void pump() {
    while (intake.isOpen()) {
      Flight flight = window.next();
      if (flight == null) {
        return;
      }
      send(flight);
    }
  }

  private void send(Flight flight) {
    long now = System.nanoTime();
    if (window.inFlight() == 1) {
      // Nothing was in flight: nobody could answer.
      intake.hear(now);
    }
    try {
      if (channel.send(flight.number(), flight.append())) {
        flight.handedOver(now);
      } else {
        flight.notHandedOver();
        intake.stall();
      }
    } catch (IllegalArgumentException e) {
      window.settle(flight, new AppendResult.Unavailable("NATS cannot take it: " + e.getMessage()));
    }
  }

  private void answered(long number, PublishAnswer answer) {
    locked(() -> {
      intake.answered(System.nanoTime());
      Flight flight = window.find(number);
      if (flight != null) {
        take(flight, answer);
        pump();
      }
    });
  }

  private void take(Flight flight, PublishAnswer answer) {
    switch (answer) {
      case PublishAnswer.Taken(long sequence, boolean duplicate) -> {
        IdempotencyKey key = flight.append().idempotencyKey();
        if (duplicate && key != null) {
          flight.compare();
          compare(flight.number(), key, sequence);
        } else {
          stored(flight, sequence);
        }
      }
      case PublishAnswer.NotNow(String reason, boolean inFlight) -> {
        if (inFlight) {
          later(() -> sendAgain(flight.number()), AGAIN);
        } else {
          if (!answer.equals(PublishAnswer.NOBODY)) {
            refused(reason);
          }
          flight.refuse();
          intake.stall();
        }
      }
      case PublishAnswer.Never(String reason, boolean all) -> {
        if (all) {
          refused(reason);
        }
        window.settle(flight, new AppendResult.Unavailable(reason));
      }
    }
  }

  private void refused(String reason) {
    refusal = reason;
    refusedNanos = System.nanoTime();
  }

  private void stored(Flight flight, long sequence) {
    intake.stored(flight.number());
    refusal = null;
    newestStored = Math.max(newestStored, sequence);
    durations.note(System.nanoTime() - flight.sentNanos(), 1);
    AppendResult.Stored result =
        new AppendResult.Stored(sequence, flight.append().event().timestamp());
    firstUse.note(flight.append().idempotencyKey(), result);
    window.settle(flight, result);
  }

  private void sendAgain(long number) {
    locked(() -> {
      Flight flight = window.find(number);
      if (flight != null && intake.isOpen()) {
        send(flight);
      }
    });
  }

  /// Settles an event by the one that came first under its key.
  private void compare(long number, IdempotencyKey key, long sequence) {
    firstUse
        .compare(key, sequence)
        .thenAccept(result ->
            locked(() -> {
              Flight flight = window.find(number);
              if (flight == null) {
                return;
              }
              if (result.isPresent()) {
                if (result.get() instanceof AppendResult.Stored first) {
                  firstUse.note(key, first);
                }
                window.settle(flight, result.get());
                pump();
              } else {
                later(() -> compare(number, key, sequence), TICK);
              }
            }));
  }

  /// Takes the news that the follower has met events of this gateway's.
  ///
  /// @param numbers of each event the sender's own number; negative for those of others
  void seen(List<LoggedEvent> events, long[] numbers) {
    locked(() -> {
      for (int i = 0; i < events.size(); i++) {
        Flight flight = numbers[i] < 0 ? null : window.find(numbers[i]);
        if (flight != null) {
          stored(flight, events.get(i).sequence());
        }
      }
      pump();
    });
  }

  /// Takes the news that NATS has refused what was sent to a subject: the account may not. A probe finds out whether it may
  /// send nothing any more: that is refused as well then.
  void forbidden(String subject) {
    boolean probe =
        lockedGet(() -> {
          if (subject.equals(channel.probeSubject())) {
            refused(FORBIDDEN + channel.subject(">"));
            return false;
          }
          boolean found = false;
          for (Flight flight : window.inOrder()) {
            if (!flight.isDoubtful()
                && channel.subject(flight.append().event().type()).equals(subject)) {
              window.settle(flight, new AppendResult.Unavailable(FORBIDDEN + subject));
              found = true;
            }
          }
          pump();
          return found;
        });
    if (probe) {
      channel.probe();
    }
  }

  /// Sends nothing until [#open]: the connection is away, or nobody knows yet whether the stream is still the same.
  void hold() {
    locked(intake::hold);
  }

  /// The stream was looked at: events may go out.
  void open() {
    locked(() -> {
      intake.open(System.nanoTime());
      sendRest();
    });
  }

  /// Sends again what can be, then what waits, in order.
  private void sendRest() {
    long now = System.nanoTime();
    for (Flight flight : window.inOrder()) {
      if (!intake.isOpen()) {
        return;
      }
      boolean isAgain =
          flight.isRefused() || (flight.isKeyed() && now - flight.firstSentNanos() < keyedNanos);
      if (isAgain && !flight.isCompared()) {
        if (flight.isSurelyNot() && intake.hasLaterThan(flight.number())) {
          window.settle(flight, new AppendResult.Unavailable(OVERTAKEN));
        } else {
          flight.repeat();
          send(flight);
        }
      }
    }
    pump();
  }

  /// Looks what has waited for too long, and whether somebody is there.
  ///
  /// @param now by [System#nanoTime]
  void tick(long now) {
    boolean probe =
        lockedGet(() -> {
          expire(now);
          if (window.inOrder().stream().anyMatch(each -> intake.isAnswerDue(each.sentNanos()))) {
            intake.look(now);
          }
          return intake.isStalled();
        });
    if (probe) {
      channel
          .probe()
          .thenAccept(isAnswered -> {
            if (isAnswered) {
              goOn();
            }
          });
    }
  }

  private void goOn() {
    locked(() -> {
      if (intake.isStalled()) {
        intake.goOn(System.nanoTime());
        sendRest();
      }
    });
  }

  private void expire(long now) {
    for (Flight flight : window.inOrder()) {
      if (now - flight.endNanos() >= 0) {
        boolean surelyNot = flight.isSurelyNot();
        if (!surelyNot) {
          uncertain.incrementAndGet();
          if (intake.isMute()) {
            refused(UNANSWERED);
          }
        }
        window.settle(
            flight,
            surelyNot
                ? new AppendResult.Unavailable(reason(LATE))
                : new AppendResult.Unknown(reason(UNANSWERED)));
      }
    }
    window.expireWaiting(now, () -> new AppendResult.Unavailable(reason(LATE)));
  }

  private String reason(String otherwise) {
    String known = fault.get();
    return known == null ? otherwise : known;
  }

  /// Why the stream has refused an event lately, or left it without an answer, [#PATIENCE] ago at the most, and has taken none
  /// since: for instance because there is no room. `null` when it has not.
  @Nullable String refusal() {
    lock.lock();
    try {
      boolean isLate = System.nanoTime() - refusedNanos > PATIENCE.toNanos();
      return isLate ? null : refusal;
    } finally {
      lock.unlock();
    }
  }

  /// Whether events go out at the moment; a silent JetStream is found out by the first event that it does not take.
  boolean isStalled() {
    lock.lock();
    try {
      return !intake.isOpen();
    } finally {
      lock.unlock();
    }
  }

  int inFlight() {
    lock.lock();
    try {
      return window.inFlight();
    } finally {
      lock.unlock();
    }
  }

  /// The greatest sequence that the stream has given an event of this gateway's; 0 before the first.
  long newestStored() {
    lock.lock();
    try {
      return newestStored;
    } finally {
      lock.unlock();
    }
  }

  long uncertain() {
    return uncertain.get();
  }

  DurationFigures durations() {
    return durations.now();
  }

  /// Takes nothing more, and waits until everything is settled.
  ///
  /// @param atMost then what is left is left open
  void close(Duration atMost) {
    lock.lock();
    try {
      closed = true;
      long left = atMost.toNanos();
      while (left > 0 && !window.isEmpty()) {
        left = settled.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    locked(() -> expire(System.nanoTime() + PATIENCE.toNanos()));
  }

  private void later(Runnable task, Duration delay) {
    try {
      timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // It closes: what is in flight is left open there.
    }
  }

  private void locked(Runnable action) {
    lockedGet(() -> {
      action.run();
      return true;
    });
  }

  /// Does something under the lock, and answers afterwards those of whom nothing is open any more.
  private <T> T lockedGet(Supplier<T> action) {
    List<AppendRequest> done;
    T result;
    lock.lock();
    try {
      result = action.get();
      done = window.takeFinished();
      if (!done.isEmpty()) {
        settled.signalAll();
      }
    } finally {
      lock.unlock();
    }
    done.forEach(AppendRequest::answerNow);
    return result;
  }
}
