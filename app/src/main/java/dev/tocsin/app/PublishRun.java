package dev.tocsin.app;

import dev.tocsin.app.EventLines.Line;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import dev.tocsin.events.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Publishes lines as they are read, in order, each with an idempotency key of its own; so that a line whose
/// answer got lost can be sent again and is in the log once.
///
/// A thread of its own reads lines and hands each on at once; it waits only while [#MAX_LINES] or
/// [#MAX_BYTES] are unanswered. Answers come in any order and are settled in that of the lines: all up to
/// [#settled] are in the log or were refused. Why this way, and not one long request: ADR 20.
final class PublishRun {

  /// Lines that may be unanswered, and their bytes; the last may go beyond.
  static final int MAX_LINES = 1_000;

  static final int MAX_BYTES = 1 << 20;

  /// From this length on a line does not surely fit into a message with its key, and is posted by itself.
  static final int POSTED_BYTES = 60 * 1024;

  private static final byte[] NOTHING = {};

  /// How long answers are waited for after the run was asked to stop.
  private static final Duration GRACE = Duration.ofSeconds(2);

  // immutable
  private final EventLines lines;
  private final long firstLine;
  private final String key;
  private final Sender sender;
  private final PublishReport report;

  // guarded by lock
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Unsettled> unsettled = new ArrayDeque<>();
  private long unsettledBytes;
  private long settled;
  private boolean readingEnded;
  private boolean stopped;
  private @Nullable IOException readFault;
  private @Nullable String broken;

  /// Sends an event to the server, and again until it is known what became of it.
  interface Sender {

    /// By the connection that is open all the time.
    CompletableFuture<PublishOutcome> send(String event, String idempotencyKey);

    /// In a request of its own, which takes larger events.
    CompletableFuture<PublishOutcome> post(byte[] event, String idempotencyKey);
  }

  /// How a run ended.
  sealed interface Ending {

    /// Every line was read and settled.
    record Complete() implements Ending {}

    /// It was asked to stop.
    ///
    /// @param inFull whether every line that was read is settled
    record Stopped(boolean inFull) implements Ending {}

    /// The server could not be asked on.
    record Broken(String reason) implements Ending {}

    /// The input could not be read on.
    record Unreadable(IOException fault) implements Ending {}
  }

  private record Unsettled(Line line, CompletableFuture<PublishOutcome> outcome) {

    int bytes() {
      return line.text() == null ? 0 : line.text().length();
    }
  }

  /// A run over lines from `firstLine` on. It does nothing before [#start].
  ///
  /// @param key what the keys of its lines have in common
  PublishRun(EventLines lines, long firstLine, String key, Sender sender, PublishReport report) {
    this.lines = lines;
    this.firstLine = firstLine;
    this.key = key;
    this.sender = sender;
    this.report = report;
    this.settled = firstLine - 1;
  }

  /// Begins to read and publish.
  void start() {
    Thread.ofPlatform().daemon().name("tocsin-publish").start(this::readAll);
  }

  private void readAll() {
    try {
      Line line = lines.next();
      while (line != null && (line.number() < firstLine || publish(line))) {
        line = lines.next();
      }
    } catch (IOException e) {
      locked(() -> readFault = e);
    } finally {
      locked(() -> readingEnded = true);
    }
  }

  /// Hands a line on as soon as there is room for it.
  ///
  /// @return whether to go on
  private boolean publish(Line line) {
    CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
    Unsettled next = new Unsettled(line, outcome);
    boolean alone = next.bytes() >= POSTED_BYTES;
    if (!enter(next, alone)) {
      return false;
    }
    String lineKey = key + '-' + line.number() + '-' + checksum(line);
    byte[] event = line.text() == null ? null : EventText.sendable(bytes(line));
    String text = event == null ? null : text(event);
    if (event == null) {
      outcome.complete(new PublishOutcome.Refused(EventText.tooLong()));
    } else if (text == null) {
      outcome.complete(new PublishOutcome.Refused(fault(event)));
    } else if (alone) {
      sender.post(event, lineKey).thenAccept(outcome::complete);
    } else {
      sender.send(text, lineKey).thenAccept(outcome::complete);
    }
    outcome.thenRun(this::settle);
    return true;
  }

  /// Waits until a line may go out: for one that goes another way, until all before it are settled, so that
  /// the order is kept; and likewise behind it.
  private boolean enter(Unsettled next, boolean alone) {
    lock.lock();
    try {
      if (!hasRoom(alone)) {
        while (!stopped && broken == null && !hasMuchRoom(alone)) {
          changed.awaitUninterruptibly();
        }
      }
      if (stopped || broken != null) {
        return false;
      }
      unsettled.add(next);
      unsettledBytes += next.bytes();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(boolean alone) {
    Unsettled last = unsettled.peekLast();
    return last == null
        || (!alone
            && last.bytes() < POSTED_BYTES
            && unsettled.size() < MAX_LINES
            && unsettledBytes < MAX_BYTES);
  }

  /// Whoever had to wait is woken for more than one line.
  private boolean hasMuchRoom(boolean alone) {
    return hasRoom(alone) && unsettled.size() <= MAX_LINES / 2 && unsettledBytes <= MAX_BYTES / 2;
  }

  /// An event as text, or `null` when it is none.
  private static @Nullable String text(byte[] event) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(event)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static Refusal fault(byte[] event) {
    return EventText.refusal(Objects.requireNonNull(EventText.fault(event)));
  }

  private static byte[] bytes(Line line) {
    return line.text() == null ? NOTHING : line.text().bytes();
  }

  /// Another line in its place, as after the file was edited, is another event.
  private static String checksum(Line line) {
    CRC32C sum = new CRC32C();
    sum.update(bytes(line));
    return Long.toHexString(sum.getValue());
  }

  private void settle() {
    lock.lock();
    try {
      while (!unsettled.isEmpty() && unsettled.getFirst().outcome().isDone() && broken == null) {
        Unsettled first = unsettled.getFirst();
        if (report(first.line(), first.outcome().join())) {
          unsettled.removeFirst();
          unsettledBytes -= first.bytes();
          settled = first.line().number();
        }
      }
      if (hasMuchRoom(unsettled.isEmpty()) || broken != null) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Notes what became of a line, unless that is unknown.
  private boolean report(Line line, PublishOutcome outcome) {
    switch (outcome) {
      case PublishOutcome.Published published -> report.accepted(published.sequence());
      case PublishOutcome.Refused refused -> {
        Refusal refusal = refused.refusal();
        if (isRetryable(refusal)) {
          broken = refusal.code() + ": " + refusal.message();
          return false;
        }
        report.refused(line.number(), refusal.code(), refusal.message(), refusal.errors());
      }
      case PublishOutcome.NotSent notSent -> broken = notSent.reason();
      case PublishOutcome.Unanswered unanswered -> broken = unanswered.reason();
      case PublishOutcome.OutboxFull full -> broken = "too many events are waiting";
    }
    return broken == null;
  }

  private static boolean isRetryable(Refusal refusal) {
    return ErrorCode.ofWireName(refusal.code()).map(ErrorCode::isRetryable).orElse(false);
  }

  /// Asks the run to stop: nothing more is read, and what is on its way is waited for a moment.
  void stop() {
    locked(() -> stopped = true);
    Executor later = CompletableFuture.delayedExecutor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    later.execute(() -> giveUp("interrupted"));
  }

  /// Ends the run although not all is settled.
  void giveUp(String reason) {
    locked(() -> broken = broken == null ? reason : broken);
  }

  /// The last line that is settled, with all before it.
  long settled() {
    lock.lock();
    try {
      return settled;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the end.
  Ending await() {
    lock.lock();
    try {
      while (broken == null && !((stopped || readingEnded) && unsettled.isEmpty())) {
        changed.awaitUninterruptibly();
      }
      if (stopped) {
        return new Ending.Stopped(unsettled.isEmpty());
      }
      if (broken != null) {
        return new Ending.Broken(broken);
      }
      return readFault == null ? new Ending.Complete() : new Ending.Unreadable(readFault);
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
