package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.DurationFigures;
import dev.tocsin.hub.Durations;
import dev.tocsin.hub.IdempotencyKey;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
import tools.jackson.databind.JsonNode;

/// Brings events into the stream and finds out what became of each.
///
/// At most [#WINDOW] are in flight; the others wait, up to [#MAX_WAITING_BYTES]. What is in flight is settled by the stream's
/// acknowledgement, or by the follower, which meets the event. After [#PATIENCE] it is *unknown*, or *unavailable* if nobody
/// ever had it.
///
/// Where JetStream says that nobody takes events, or says nothing for [#SILENCE_NANOS], nothing new is sent: a message that no
/// stream takes asks whether somebody is there. Then what surely is not in the stream is sent again, in the order in which it
/// came, and so is what has an idempotency key, which does no harm. An event that is not in the stream while one after it
/// is would come too late: it is refused.
///
/// All state is guarded by the lock; any thread may call anything, acknowledgements come on a thread of the library's.
final class Sender {

  static final int WINDOW = 1024;

  /// How long a publish may take, whatever happens.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /// What may wait, in bytes. An eighth of the heap where that is less.
  static final long MAX_WAITING_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

  /// How often it looks whether something has to be done.
  static final Duration TICK = Duration.ofMillis(100);

  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration AGAIN = Duration.ofMillis(5);

  static final String CLOSED = "The log is closed";
  private static final String FULL = "More events are waiting than JetStream takes";
  private static final String LATE =
      "JetStream did not take the event within " + PATIENCE.toSeconds() + " seconds";
  private static final String OVERTAKEN =
      "JetStream did not take the event, and has taken later ones meanwhile";
  private static final String UNANSWERED =
      "JetStream did not answer within " + PATIENCE.toSeconds() + " seconds";

  /// One event in flight.
  private static final class Flight {
    private final int slot;

    // The sender's own number of the event, which ascends; 0 when the slot is free.
    private long number;
    private @Nullable AppendRequest request;
    private @Nullable Append append;
    private int place;
    private long sentNanos;

    // Whether it was ever handed to the connection.
    private boolean sent;

    // Whether what was sent last surely is not in the stream.
    private boolean refused;

    // Whether something that was sent before may be.
    private boolean doubtful;

    // Whether the event that came first under its key is being looked at.
    private boolean compared;

    Flight(int slot) {
      this.slot = slot;
    }

    boolean isSurelyNot() {
      return !sent || (refused && !doubtful);
    }
  }

  private final Connection connection;
  private final JetStreamApi api;
  private final EventCodec codec;
  private final String stream;
  private final ScheduledExecutorService timer;
  private final Supplier<@Nullable String> fault;
  private final String inbox;
  private final Durations durations = new Durations();
  private final AtomicLong uncertain = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();

  // guarded by lock
  private final Flight[] flights = new Flight[WINDOW];
  private final int[] free = new int[WINDOW];
  private int freeCount = WINDOW;
  private final Deque<AppendRequest> waiting = new ArrayDeque<>();
  private List<AppendRequest> finished = new ArrayList<>();
  private long waitingBytes;
  private long count;
  private long newestStored;
  private long heardNanos;
  private boolean open;
  private boolean stalled;
  private boolean closed;

  /// @param fault what keeps JetStream from taking events, in words; `null` when nothing is known
  Sender(
      Connection connection,
      JetStreamApi api,
      EventCodec codec,
      JetStreamSettings settings,
      ScheduledExecutorService timer,
      Supplier<@Nullable String> fault) {
    this.connection = connection;
    this.api = api;
    this.codec = codec;
    this.stream = settings.stream();
    this.timer = timer;
    this.fault = fault;
    this.inbox = connection.createInbox() + ".";
    for (int i = 0; i < WINDOW; i++) {
      flights[i] = new Flight(i);
      free[i] = WINDOW - 1 - i;
    }
  }

  /// Listens to acknowledgements.
  void start() {
    Dispatcher dispatcher = connection.createDispatcher(this::answered);
    dispatcher.setPendingLimits(0, 0);
    dispatcher.subscribe(inbox + "*");
  }

  /// See [dev.tocsin.hub.EventLog#append].
  CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    AppendRequest request = new AppendRequest(appends, System.nanoTime() + PATIENCE.toNanos());
    List<AppendRequest> done;
    lock.lock();
    try {
      if (closed) {
        return AppendRequest.refused(appends, CLOSED);
      }
      if (waitingBytes > 0 && waitingBytes + request.bytes() > MAX_WAITING_BYTES) {
        return AppendRequest.refused(appends, FULL);
      }
      waiting.add(request);
      waitingBytes += request.bytes();
      pump();
      done = takeFinished();
    } finally {
      lock.unlock();
    }
    done.forEach(AppendRequest::answerNow);
    return request.answer();
  }

  private List<AppendRequest> takeFinished() {
    if (finished.isEmpty()) {
      return List.of();
    }
    List<AppendRequest> done = finished;
    finished = new ArrayList<>();
    settled.signalAll();
    return done;
  }

  /// Sends what waits, as far as there is room.
  private void pump() {
    while (open && !stalled && freeCount > 0 && !waiting.isEmpty()) {
      AppendRequest request = waiting.element();
      Flight flight = flights[free[--freeCount]];
      flight.place = request.take();
      flight.append = request.append(flight.place);
      flight.request = request;
      flight.number = ++count * WINDOW + flight.slot;
      flight.sent = false;
      flight.refused = false;
      flight.doubtful = false;
      flight.compared = false;
      if (request.isTaken()) {
        waiting.remove();
        waitingBytes -= request.bytes();
      }
      send(flight, flight.append);
    }
  }

  private void send(Flight flight, Append append) {
    EncodedEvent event = append.event();
    flight.sentNanos = System.nanoTime();
    if (freeCount == WINDOW - 1) {
      // Nothing was in flight: nobody could answer.
      heardNanos = flight.sentNanos;
    }
    try {
      connection.publish(
          codec.subject(event.type()),
          inbox + flight.number,
          codec.headers(flight.number, append.idempotencyKey()),
          EventCodec.body(event));
      flight.sent = true;
      flight.refused = false;
    } catch (IllegalStateException e) {
      // Not connected: the library keeps nothing back.
      flight.refused = !flight.sent;
      stalled = true;
    } catch (IllegalArgumentException e) {
      settle(flight, new AppendResult.Unavailable("NATS cannot take it: " + e.getMessage()));
    }
  }

  /// Takes an answer to a publish. On the library's thread.
  private void answered(Message message) {
    String subject = message.getSubject();
    long number;
    try {
      number = Long.parseLong(subject, inbox.length(), subject.length(), 10);
    } catch (NumberFormatException e) {
      return;
    }
    PublishAnswer answer =
        message.isStatusMessage()
            ? new PublishAnswer.NotNow("JetStream has no leader at the moment", false)
            : PublishAnswer.of(message.getData());
    if (answer == null) {
      return;
    }
    List<AppendRequest> done;
    lock.lock();
    try {
      heardNanos = System.nanoTime();
      Flight flight = find(number);
      Append append = flight == null ? null : flight.append;
      if (flight != null && append != null) {
        take(flight, append, answer);
        pump();
      }
      done = takeFinished();
    } finally {
      lock.unlock();
    }
    done.forEach(AppendRequest::answerNow);
  }

  private @Nullable Flight find(long number) {
    Flight flight = flights[(int) (number & (WINDOW - 1))];
    return flight.number == number ? flight : null;
  }

  private void take(Flight flight, Append append, PublishAnswer answer) {
    switch (answer) {
      case PublishAnswer.Taken(long sequence, boolean duplicate) -> {
        if (duplicate) {
          flight.compared = true;
          compare(flight.number, sequence);
        } else {
          stored(flight, append, sequence);
        }
      }
      case PublishAnswer.NotNow(String reason, boolean inFlight) -> {
        if (inFlight) {
          later(() -> sendAgain(flight.number, append), AGAIN);
        } else {
          flight.refused = true;
          stalled = true;
        }
      }
      case PublishAnswer.Never(String reason) ->
          settle(flight, new AppendResult.Unavailable(reason));
    }
  }

  private void stored(Flight flight, Append append, long sequence) {
    newestStored = Math.max(newestStored, flight.number);
    durations.note(System.nanoTime() - flight.sentNanos, 1);
    settle(flight, new AppendResult.Stored(sequence, append.event().timestamp()));
  }

  private void settle(Flight flight, AppendResult result) {
    AppendRequest request = flight.request;
    if (request != null && request.settle(flight.place, result)) {
      finished.add(request);
    }
    flight.number = 0;
    flight.request = null;
    flight.append = null;
    free[freeCount++] = flight.slot;
  }

  private void sendAgain(long number, Append append) {
    locked(() -> {
      Flight flight = find(number);
      if (flight != null && open && !stalled) {
        send(flight, append);
      }
    });
  }

  /// Looks at the event that came first under a key.
  private void compare(long number, long sequence) {
    api.ask("STREAM.MSG.GET." + stream, JetStreamApi.request().put("seq", sequence))
        .thenAccept(answer -> compared(number, sequence, answer));
  }

  private void compared(long number, long sequence, Answer answer) {
    if (answer instanceof Answer.Silent
        || (answer instanceof Answer.Refused refused
            && refused.code() != JetStreamApi.MESSAGE_NOT_FOUND)) {
      later(
          () -> {
            if (isInFlight(number)) {
              compare(number, sequence);
            }
          },
          TICK);
      return;
    }
    StoredMessage first =
        answer instanceof Answer.Done(JsonNode json) ? StoredMessage.of(json) : null;
    locked(() -> {
      Flight flight = find(number);
      Append append = flight == null ? null : flight.append;
      IdempotencyKey key = append == null ? null : append.idempotencyKey();
      if (flight != null && key != null) {
        settle(flight, outcome(key, sequence, first));
      }
    });
  }

  private AppendResult outcome(IdempotencyKey key, long sequence, @Nullable StoredMessage first) {
    if (first == null) {
      return new AppendResult.Unavailable(
          "The idempotency key was used before for an event that is not kept any more");
    }
    EncodedEvent event = codec.event(first.subject(), first.body());
    String digest = first.header(EventCodec.DIGEST);
    return event != null && EventCodec.digestText(key.bodyDigest()).equals(digest)
        ? new AppendResult.Stored(sequence, event.timestamp())
        : new AppendResult.Conflict();
  }

  private boolean isInFlight(long number) {
    lock.lock();
    try {
      return find(number) != null;
    } finally {
      lock.unlock();
    }
  }

  /// Takes the news that the follower has met events of this gateway's.
  ///
  /// @param numbers of each event the sender's own number; negative for those of others
  void seen(List<LoggedEvent> events, long[] numbers) {
    locked(() -> {
      for (int i = 0; i < events.size(); i++) {
        Flight flight = numbers[i] < 0 ? null : find(numbers[i]);
        Append append = flight == null ? null : flight.append;
        if (flight != null && append != null) {
          stored(flight, append, events.get(i).sequence());
        }
      }
      pump();
    });
  }

  /// Takes the news that NATS has refused what was sent to a subject: the account may not.
  void forbidden(String subject) {
    locked(() -> {
      for (Flight flight : flights) {
        Append append = flight.append;
        if (append != null
            && !flight.doubtful
            && codec.subject(append.event().type()).equals(subject)) {
          settle(
              flight,
              new AppendResult.Unavailable(
                  "NATS does not permit this gateway to publish to " + subject));
        }
      }
      pump();
    });
  }

  /// Sends nothing until [#open]: the connection is away, or nobody knows yet whether the stream is still the same.
  void hold() {
    locked(() -> open = false);
  }

  /// The stream was looked at: events may go out.
  void open() {
    locked(() -> {
      open = true;
      stalled = false;
      sendOpen();
      pump();
    });
  }

  /// Sends again what can be, in order.
  private void sendOpen() {
    List<Flight> again = new ArrayList<>();
    for (Flight flight : flights) {
      Append append = flight.append;
      boolean keyed = append != null && append.idempotencyKey() != null;
      if (flight.number != 0 && !flight.compared && (flight.refused || keyed)) {
        again.add(flight);
      }
    }
    again.sort((one, other) -> Long.compare(one.number, other.number));
    for (Flight flight : again) {
      Append append = flight.append;
      if (append != null && !stalled) {
        if (flight.isSurelyNot() && flight.number < newestStored) {
          settle(flight, new AppendResult.Unavailable(OVERTAKEN));
        } else {
          flight.doubtful |= !flight.isSurelyNot();
          send(flight, append);
        }
      }
    }
  }

  /// Looks what has waited for too long, and whether somebody is there.
  void tick() {
    long now = System.nanoTime();
    boolean probe =
        lockedGet(() -> {
          expire(now);
          if (!stalled && freeCount < WINDOW && now - heardNanos > SILENCE_NANOS) {
            stalled = true;
          }
          return open && stalled;
        });
    if (probe) {
      api.send(codec.subject("tocsin.probe"), StreamSetup.probe(), new byte[0])
          .thenAccept(answer -> {
            if (answer instanceof Answer.Refused refused
                && refused.code() == JetStreamApi.WRONG_STREAM) {
              goOn();
            }
          });
    }
  }

  private void goOn() {
    locked(() -> {
      if (open && stalled) {
        stalled = false;
        heardNanos = System.nanoTime();
        sendOpen();
        pump();
      }
    });
  }

  private void expire(long now) {
    for (Flight flight : flights) {
      AppendRequest request = flight.request;
      if (request != null && now - request.endNanos() >= 0) {
        boolean surelyNot = flight.isSurelyNot();
        if (!surelyNot) {
          uncertain.incrementAndGet();
        }
        settle(
            flight,
            surelyNot
                ? new AppendResult.Unavailable(reason(LATE))
                : new AppendResult.Unknown(reason(UNANSWERED)));
      }
    }
    while (!waiting.isEmpty() && now - waiting.element().endNanos() >= 0) {
      AppendRequest request = waiting.remove();
      waitingBytes -= request.bytes();
      if (request.refuseRest(new AppendResult.Unavailable(reason(LATE)))) {
        finished.add(request);
      }
    }
  }

  private String reason(String otherwise) {
    String known = fault.get();
    return known == null ? otherwise : known;
  }

  /// Whether events go out at the moment; a silent JetStream is found out by the first event that it does not take.
  boolean isStalled() {
    return lockedGet(() -> !open || stalled);
  }

  int inFlight() {
    return lockedGet(() -> WINDOW - freeCount);
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
      while (left > 0 && (freeCount < WINDOW || !waiting.isEmpty())) {
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

  private <T> T lockedGet(Supplier<T> action) {
    List<AppendRequest> done;
    T result;
    lock.lock();
    try {
      result = action.get();
      done = takeFinished();
    } finally {
      lock.unlock();
    }
    done.forEach(AppendRequest::answerNow);
    return result;
  }
}
