package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.http.Allowance;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.http.Turns;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishBatch;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// `POST /api/v1/events` with one event a line, or with a batch of CloudEvents, which counts as so many lines. Both are
/// streamed.
///
/// The lines that are at hand are published together. While they are on their way into the log more are
/// read, up to [Limits#MAX_PUBLISHES_BYTES], and published together after them: so the log has large groups
/// to write, and a producer can never be faster than it. Lines are worked off one by one, good ones and bad
/// ones, and no longer than a turn lasts ([Turns]).
final class NdjsonExchange extends Exchange implements Turns.Waiting {

  private static final Logger LOG = LoggerFactory.getLogger(NdjsonExchange.class);

  private static final Rejection TOO_LONG =
      new Rejection(
          ErrorCode.MESSAGE_TOO_LARGE,
          "The line is longer than " + Limits.MAX_MESSAGE_BYTES + " bytes");

  private static final Rejection BROKEN_DOWN =
      Rejection.uncertain(
          "The server met a fault of its own: lines from next_line on may be in the log");

  private final Hub hub;
  private final Loop loop;
  private final Visitor visitor;
  private final Turns turns;
  private final Splitter splitter;
  private final Envelopes envelopes;
  private final NdjsonReport report = new NdjsonReport();

  /// What has come of the body and not been worked off.
  private final Deque<ByteBuf> pieces = new ArrayDeque<>();

  private Lines gathered;
  private long nextLine = 1;

  /// What is granted, as of the last look.
  private @Nullable Access access;

  /// When what is worked off now was read, and the first byte of the line that has not ended; see [System#nanoTime].
  private long readNanos;

  private long lineNanos;

  /// Whose it is.
  private String producer = "";

  /// What of it may be published; `null` for everything.
  private @Nullable EventFilter granted;

  /// Lines come faster than they may: the next is taken a little later.
  private boolean tooFast;

  private boolean publishing;
  private boolean ended;
  private boolean lastLineTaken;
  private @Nullable Problem fault;
  private @Nullable Problem notTaken;
  private boolean answered;

  /// Lines that are published together.
  private static final class Lines {

    private final PublishBatch batch;

    /// Their numbers; negative where the line is refused before it is published.
    private final List<Long> numbers = new ArrayList<>();

    /// Why those are refused, in their order.
    private final Deque<Rejection> refusals = new ArrayDeque<>(0);

    private int bytes;

    Lines(PublishBatch batch) {
      this.batch = batch;
    }

    void refuse(long number, int length, Rejection rejection) {
      numbers.add(-number);
      refusals.add(rejection);
      bytes += Limits.LINE_BYTES + length;
    }

    void add(long number, PublishCommand line) {
      numbers.add(number);
      batch.add(line);
      bytes += Limits.LINE_BYTES + line.event().length();
    }
  }

  /// @param visitor whose rights count, for each line when it is worked off
  /// @param splitter finds the lines
  /// @param envelopes what each is
  NdjsonExchange(
      HttpConnection connection,
      Hub hub,
      Loop loop,
      Visitor visitor,
      Splitter splitter,
      Envelopes envelopes) {
    super(connection);
    this.splitter = splitter;
    this.envelopes = envelopes;
    this.hub = hub;
    this.loop = loop;
    this.visitor = visitor;
    this.turns = connection.loop().turns();
    this.gathered = new Lines(hub.newBatch());
  }

  @Override
  protected void content(ByteBuf piece) {
    if (!answered && fault == null && piece.isReadable()) {
      if (pieces.isEmpty()) {
        noteRead();
      }
      pieces.add(piece.readRetainedSlice(piece.readableBytes()));
      workOff();
    }
  }

  private void noteRead() {
    readNanos = System.nanoTime();
    if (splitter.heldBytes() == 0) {
      lineNanos = readNanos;
    }
  }

  /// Takes lines off what has come, as far as this turn and the room for them go.
  private void workOff() {
    if (!mayGoOn()) {
      // Whatever else may have ended it: nothing is published behind a credential.
      fault = fault == null ? visitor.withdrawn() : fault;
      letGo();
    }
    long before = nextLine;
    while (!pieces.isEmpty() && takesLines()) {
      ByteBuf piece = pieces.element();
      splitter.split(piece, this::line, this::takesLines);
      if (!piece.isReadable()) {
        pieces.remove().release();
      }
    }
    if (nextLine > before) {
      // Lines that are refused are paid for when that is known.
      turns.forgive();
    }
  }

  /// Looks again at what may be published; whether anything may.
  private boolean mayGoOn() {
    access = visitor.access().orElse(null);
    producer = access == null ? "" : access.name();
    granted = access == null ? null : loop.publishable(access);
    return access != null;
  }

  private boolean takesLines() {
    return hasRoom() && !tooFast && !turns.isOver(allowance());
  }

  private boolean hasRoom() {
    return gathered.bytes < Limits.MAX_PUBLISHES_BYTES;
  }

  private PublishCommand command(CloudEvents.Read event) {
    return new PublishCommand(
        Slice.of(event.envelope()), event.idempotencyKey(), producer, granted, lineNanos);
  }

  private void line(long number, byte @Nullable [] line) {
    nextLine = number + 1;
    if (line == null) {
      gathered.refuse(number, 0, TOO_LONG);
    } else {
      switch (envelopes.of(line)) {
        case CloudEvents.Read event -> gathered.add(number, command(event));
        case CloudEvents.Refused(Rejection rejection) -> {
          hub.countRefused(rejection.code());
          gathered.refuse(number, line.length, rejection);
        }
      }
    }
    lineNanos = readNanos;
    if (access != null) {
      slowDown(access, line == null ? 0 : line.length);
    }
  }

  /// Counts a line, and waits when no other may follow it yet: its sender is read more slowly then.
  private void slowDown(Access who, int size) {
    Quotas quotas = loop.quotas();
    quotas.publish(who, size);
    long waitMillis = quotas.waitMillis(who);
    if (waitMillis > 0) {
      tooFast = true;
      connection()
          .loop()
          .tasks()
          .after(
              () -> {
                tooFast = false;
                goOn();
              },
              waitMillis,
              TimeUnit.MILLISECONDS);
    }
  }

  @Override
  protected boolean drained() {
    advance();
    return fault == null && pieces.isEmpty() && hasRoom() && !tooFast;
  }

  @Override
  protected boolean isAtWork() {
    return publishing || tooFast || !pieces.isEmpty();
  }

  @Override
  protected int heldBytes() {
    return splitter.heldBytes() + waitingBytes();
  }

  @Override
  public int waitingBytes() {
    int waiting = 0;
    for (ByteBuf piece : pieces) {
      waiting += piece.readableBytes();
    }
    return waiting;
  }

  @Override
  public Allowance allowance() {
    return connection().allowance();
  }

  @Override
  public void goOn() {
    if (!answered) {
      connection().onLoop(this::advance);
    }
  }

  /// Goes on as far as this turn, the room for lines and the log allow.
  private void advance() {
    workOff();
    if (ended && fault == null && pieces.isEmpty() && !lastLineTaken) {
      lastLineTaken = true;
      splitter.end(this::line);
    }
    Rejection malformed = splitter.fault();
    if (fault == null && malformed != null) {
      fault = Problems.of(malformed);
      letGo();
    }
    publish();
    if (answered) {
      return;
    }
    if (!pieces.isEmpty()) {
      if (hasRoom() && !tooFast) {
        turns.await(this);
      }
    } else if (!publishing && fault != null) {
      // Also when the body has come: what was not worked off then is not answered as if it had
      // been.
      answerInPart(fault);
    } else if (!publishing && ended) {
      answered = true;
      respond(report.response());
    } else if (!ended && fault == null && hasRoom() && !tooFast) {
      connection().resume();
    }
  }

  /// Publishes what was gathered, unless that has to wait for what is on its way.
  private void publish() {
    if (publishing || answered || gathered.numbers.isEmpty()) {
      return;
    }
    publishing = true;
    Lines lines = gathered;
    gathered = new Lines(hub.newBatch());
    lines
        .batch
        .publish()
        .whenComplete(
            (results, failure) -> connection().onLoop(() -> published(lines, results, failure)));
  }

  private void published(
      Lines lines, @Nullable List<PublishResult> results, @Nullable Throwable failure) {
    publishing = false;
    if (answered) {
      return;
    }
    if (results == null) {
      LOG.atError().setCause(failure).log("lines could not be published");
      nextLine = Math.abs(lines.numbers.getFirst());
      answerInPart(Problems.of(BROKEN_DOWN));
      return;
    }
    note(lines, results);
    if (notTaken != null) {
      answerInPart(notTaken);
      return;
    }
    advance();
  }

  /// Notes what became of lines. The stream ends with the first that the log did not take.
  private void note(Lines lines, List<PublishResult> results) {
    Iterator<PublishResult> next = results.iterator();
    for (long number : lines.numbers) {
      if (number < 0) {
        Rejection rejection = lines.refusals.remove();
        allowance()
            .spend(
                Limits.refusedNanos(
                    rejection.equals(TOO_LONG)
                        ? Limits.MAX_MESSAGE_BYTES
                        : lines.bytes / lines.numbers.size()));
        refused(-number, rejection);
        continue;
      }
      switch (next.next()) {
        case PublishResult.Published event -> report.accepted(event.sequence());
        case PublishResult.Refused refused -> {
          allowance().spend(Limits.refusedNanos(lines.bytes / lines.numbers.size()));
          refused(number, refused.rejection());
          if (notTaken == null && refused.rejection().code() == ErrorCode.UNAVAILABLE) {
            notTaken = problem(refused.rejection());
            nextLine = number;
          }
        }
      }
    }
  }

  private void refused(long number, Rejection rejection) {
    report.refused(number, rejection);
    if (access != null) {
      loop.trail().publishRefused(access, visitor.sender(), rejection);
    }
  }

  private static Problem problem(Rejection ofOneLine) {
    return ofOneLine.uncertain()
        ? Problems.of(ofOneLine)
        : Problem.unavailable("The log cannot take events at the moment");
  }

  @Override
  protected void end() {
    if (answered || fault != null) {
      return;
    }
    ended = true;
    advance();
  }

  @Override
  protected void ended() {
    answered = true;
    letGo();
  }

  private void letGo() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
  }

  @Override
  protected void goAway() {
    breakOff(Problem.goingAway());
  }

  @Override
  protected void breakOff(Problem reason) {
    if (fault != null || ended || answered) {
      return;
    }
    fault = reason;
    // What came before it counts.
    advance();
  }

  /// Says what became of the lines so far, and where to go on.
  private void answerInPart(Problem reason) {
    answered = true;
    ObjectNode members = report.toJson().put("next_line", nextLine);
    respond(Response.problem(reason, members));
  }
}
