package dev.tocsin.jetstream;

import dev.tocsin.hub.LogCopyException;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Brings messages into a stream under sequences that are known before: each names the one that has to be the last before it,
/// so it gets its own sequence or none, and can be sent again without harm.
///
/// At most [#WINDOW] messages and [#WINDOW_BYTES] are in flight. Whatever goes wrong, the stream's last sequence says where to
/// go on. It gives up when nothing has come further for [#PATIENCE]. One thread sends, and is blocked; acknowledgements come on
/// a thread of the library's.
final class CopySender {

  static final int WINDOW = 1024;
  static final int WINDOW_BYTES = 8 << 20;

  /// Longer than an election takes, and a server its start.
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration SILENCE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /// @param headers whatever is to be there besides what it needs
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Outgoing(long sequence, String subject, String headers, byte[] body) {}

  private final Link link;
  private final JetStreamApi api;
  private final String stream;
  private final String inbox;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // guarded by lock
  private final Deque<Outgoing> inFlight = new ArrayDeque<>();
  private long inFlightBytes;
  private long last;
  private long attempt;
  private long progressNanos = System.nanoTime();
  private @Nullable String disturbance;
  private @Nullable String fault;

  /// @param last the last sequence of the stream
  CopySender(Link link, JetStreamApi api, String stream, long last) {
    this.link = link;
    this.api = api;
    this.stream = stream;
    this.last = last;
    this.inbox = link.connection().createInbox() + ".";
  }

  /// Listens to acknowledgements.
  void start() {
    Dispatcher dispatcher = link.connection().createDispatcher(this::answered);
    dispatcher.setPendingLimits(0, 0);
    dispatcher.subscribe(inbox + "*");
  }

  /// Sends the message of the next sequence, once there is room.
  ///
  /// @param headers lines, each with its end
  void send(long sequence, String subject, String headers, byte[] body)
      throws LogCopyException, InterruptedException {
    lock.lock();
    try {
      while (inFlight.size() >= WINDOW
          || (inFlightBytes > 0 && inFlightBytes + body.length > WINDOW_BYTES)) {
        awaitAnswer();
      }
      Outgoing message = new Outgoing(sequence, subject, headers, body);
      inFlight.add(message);
      inFlightBytes += body.length;
      publish(message);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until everything is in the stream.
  void drain() throws LogCopyException, InterruptedException {
    lock.lock();
    try {
      while (!inFlight.isEmpty()) {
        awaitAnswer();
      }
    } finally {
      lock.unlock();
    }
  }

  private void publish(Outgoing message) {
    String headers =
        "NATS/1.0\r\nNats-Expected-Last-Sequence: "
            + (message.sequence() - 1)
            + "\r\n"
            + message.headers()
            + "\r\n";
    Connection connection = link.connection();
    try {
      connection.publish(
          message.subject(),
          inbox + attempt + '-' + message.sequence(),
          new RawHeaders(headers.getBytes(StandardCharsets.ISO_8859_1)),
          message.body());
    } catch (IllegalStateException e) {
      disturb("NATS is not connected");
    } catch (IllegalArgumentException e) {
      fault =
          "NATS cannot take the event of sequence " + message.sequence() + ": " + e.getMessage();
    }
  }

  private void disturb(String reason) {
    if (disturbance == null) {
      disturbance = reason;
      changed.signalAll();
    }
  }

  /// Waits for an answer, or does something about it that there is none.
  private void awaitAnswer() throws LogCopyException, InterruptedException {
    long before = last;
    long left = SILENCE.toNanos();
    while (last == before && disturbance == null && fault == null && left > 0) {
      left = changed.awaitNanos(left);
    }
    if (last == before && disturbance == null && fault == null) {
      disturb("JetStream does not answer");
    }
    if (fault != null) {
      throw new LogCopyException(fault);
    }
    if (disturbance != null) {
      recover();
    }
  }

  /// Takes an answer. On the library's thread.
  private void answered(Message message) {
    String subject = message.getSubject();
    int dash = subject.lastIndexOf('-');
    if (dash < inbox.length()) {
      return;
    }
    long of = Long.parseLong(subject, inbox.length(), dash, 10);
    long sequence = Long.parseLong(subject, dash + 1, subject.length(), 10);
    PublishAnswer answer =
        message.isStatusMessage()
            ? new PublishAnswer.NotNow("JetStream has no leader at the moment", false)
            : PublishAnswer.of(message.getData());
    lock.lock();
    try {
      switch (answer) {
        case PublishAnswer.Taken(long taken, boolean duplicate) when taken == sequence ->
            advance(taken);
        case PublishAnswer.Taken(long taken, boolean duplicate) -> {
          fault =
              "The idempotency key of event "
                  + sequence
                  + " is in the stream already, with event "
                  + taken
                  + ": delete the stream and begin again";
          changed.signalAll();
        }
        case PublishAnswer.NotNow(String reason, boolean known) when of == attempt ->
            disturb(reason);
        case PublishAnswer.Never(String reason, boolean all) when of == attempt -> disturb(reason);
        case null, default -> {}
      }
    } finally {
      lock.unlock();
    }
  }

  /// Everything up to a sequence is in the stream.
  private void advance(long to) {
    while (!inFlight.isEmpty() && inFlight.element().sequence() <= to) {
      inFlightBytes -= inFlight.remove().body().length;
    }
    if (to > last) {
      last = to;
      progressNanos = System.nanoTime();
      // Not for each: whoever waits sends many at a time.
      if (inFlight.size() <= WINDOW / 2) {
        changed.signalAll();
      }
    }
  }

  /// Finds out how far the stream has come, and sends the rest again.
  private void recover() throws LogCopyException, InterruptedException {
    String reason = disturbance;
    if (System.nanoTime() - progressNanos > PATIENCE.toNanos()) {
      throw new LogCopyException(
          "The copy does not come any further ("
              + reason
              + "): see whether enough NATS servers run and have room. The same command goes on");
    }
    attempt++;
    disturbance = null;
    lock.unlock();
    Answer answer;
    try {
      Thread.sleep(PAUSE);
      answer = api.askNow("STREAM.INFO." + stream, null);
    } finally {
      lock.lock();
    }
    if (!(answer instanceof Answer.Done(JsonNode json))) {
      disturb(reason == null ? words(answer) : reason);
      return;
    }
    long stored = StreamInfo.of(json).last();
    if (stored < last) {
      // A new leader is still reading, or the stream went back; that ends when patience does.
      disturb("the stream's last sequence is " + stored + ", but " + last + " was there");
      return;
    }
    if (!inFlight.isEmpty() && stored > inFlight.getLast().sequence()) {
      throw new LogCopyException(
          "Somebody else writes to the stream "
              + stream
              + ": stop that, delete the stream and begin again");
    }
    advance(stored);
    inFlight.forEach(this::publish);
  }

  private static String words(Answer answer) {
    return String.valueOf(answer.fault());
  }
}
