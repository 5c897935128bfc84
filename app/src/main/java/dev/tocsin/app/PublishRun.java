package dev.tocsin.app;

import dev.tocsin.app.EventLines.Line;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.Rejection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/// Publishes lines as they are read, in order, each with an idempotency key of its own; so that a line whose
/// answer got lost can be sent again and is in the log once.
///
/// A thread of its own reads lines and hands each on at once; it waits only while [#MAX_LINES] or
/// [#MAX_BYTES] are unanswered. All lines up to [#settled] are in the log or were refused ([UnsettledLines]). Why
/// this way, and not one long request: ADR 20.
final class PublishRun {

  /// Lines that may be unanswered, and their bytes; the last may go beyond.
  static final int MAX_LINES = 1_000;

  static final int MAX_BYTES = 1 << 20;

  /// From this length on a line does not surely fit into a message with its key, and is posted by itself.
  static final int POSTED_BYTES = 60 * 1024;

  /// How long answers are waited for after the run was asked to stop.
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final EventLines lines;
  private final long firstLine;
  private final String key;
  private final Sender sender;
  private final UnsettledLines unsettled;
  private volatile long linesRead;

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
    record Unreadable(IOException failure) implements Ending {}
  }

  /// A run over lines from `firstLine` on. It does nothing before [#start].
  ///
  /// @param key what the keys of its lines have in common
  PublishRun(EventLines lines, long firstLine, String key, Sender sender, PublishReport report) {
    this.lines = lines;
    this.firstLine = firstLine;
    this.key = key;
    this.sender = sender;
    this.unsettled = new UnsettledLines(firstLine - 1, report);
  }

  /// Begins to read and publish.
  void start() {
    Thread.ofPlatform().daemon().name("tocsin-publish").start(this::readAll);
  }

  private void readAll() {
    IOException failure = null;
    try {
      Line line = lines.next();
      while (line != null && (line.number() < firstLine || publish(line))) {
        line = lines.next();
      }
    } catch (IOException e) {
      failure = e;
    } finally {
      linesRead = lines.count();
      unsettled.noMore(failure);
    }
  }

  /// Hands a line on as soon as there is room for it.
  ///
  /// @return whether to go on
  private boolean publish(Line line) {
    UnsettledLines.Entry entry = unsettled.enter(line);
    if (entry == null) {
      return false;
    }
    outcome(line).thenAccept(outcome -> unsettled.answered(entry, outcome));
    return true;
  }

  private CompletableFuture<PublishOutcome> outcome(Line line) {
    byte[] event = line.text() == null ? null : EventText.sendable(line.text().bytes());
    if (event == null) {
      return refused(EventText.tooLong());
    }
    Rejection fault = EventEncoder.syntaxFault(event);
    if (fault != null) {
      return refused(fault);
    }
    String lineKey = key + '-' + line.number() + '-' + checksum(event);
    return UnsettledLines.goesAlone(line)
        ? sender.post(event, lineKey)
        : sender.send(new String(event, StandardCharsets.UTF_8), lineKey);
  }

  private static CompletableFuture<PublishOutcome> refused(Rejection rejection) {
    return CompletableFuture.completedFuture(
        new PublishOutcome.Refused(EventText.refusal(rejection)));
  }

  /// Another line in its place, as after the file was edited, is another event.
  private static String checksum(byte[] line) {
    CRC32C sum = new CRC32C();
    sum.update(line);
    return Long.toHexString(sum.getValue());
  }

  /// Asks the run to stop: nothing more is read, and what is on its way is waited for a moment.
  void stop() {
    unsettled.stop();
    Executor later = CompletableFuture.delayedExecutor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    later.execute(() -> giveUp("interrupted"));
  }

  /// Ends the run although not all is settled.
  void giveUp(String reason) {
    unsettled.giveUp(reason);
  }

  /// The last line that is settled, with all before it.
  long settled() {
    return unsettled.settled();
  }

  /// How many lines there were, blank ones included, once all are read.
  long linesRead() {
    return linesRead;
  }

  /// Waits for the end.
  Ending await() {
    return unsettled.await();
  }
}
