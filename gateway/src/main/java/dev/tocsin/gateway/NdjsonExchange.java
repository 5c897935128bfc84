package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `POST /api/v1/events` with one event a line, streamed.
///
/// The lines that are at hand are published together. While they are on their way into the log more are
/// read, up to [Limits#MAX_PUBLISHES_BYTES], and published together after them: so the log has large groups
/// to write, and a producer can never be faster than it.
final class NdjsonExchange extends Exchange {

  private static final PublishResult TOO_LONG =
      new PublishResult.Refused(
          new Rejection(
              ErrorCode.MESSAGE_TOO_LARGE,
              "The line is longer than " + Limits.MAX_MESSAGE_BYTES + " bytes"));

  private final Hub hub;
  private final LineSplitter lines = new LineSplitter(EventBounds.MAX_RECEIVED_BYTES);
  private final NdjsonReport report = new NdjsonReport();
  private List<Line> gathered = new ArrayList<>();
  private int gatheredBytes;
  private long nextLine = 1;
  private boolean publishing;
  private boolean ended;
  private @Nullable Problem fault;
  private @Nullable Problem notTaken;
  private boolean answered;

  /// @param command `null` when the line is too long
  private record Line(long number, @Nullable PublishCommand command) {}

  NdjsonExchange(HttpConnection connection, Hub hub) {
    super(connection);
    this.hub = hub;
  }

  @Override
  protected void content(ByteBuf piece) {
    if (!answered && fault == null) {
      lines.split(piece, this::line);
    }
  }

  private void line(long number, byte @Nullable [] line) {
    nextLine = number + 1;
    PublishCommand command =
        line != null && EventBounds.fits(line) ? new PublishCommand(Slice.of(line)) : null;
    gathered.add(new Line(number, command));
    gatheredBytes += Limits.LINE_BYTES + (line == null ? 0 : line.length);
  }

  @Override
  protected boolean drained() {
    publish();
    return fault == null && gatheredBytes < Limits.MAX_PUBLISHES_BYTES;
  }

  @Override
  protected boolean isAtWork() {
    return publishing;
  }

  /// Publishes what was gathered, unless that has to wait for what is on its way.
  private void publish() {
    if (publishing || gathered.isEmpty()) {
      return;
    }
    publishing = true;
    List<Line> batch = gathered;
    gathered = new ArrayList<>();
    gatheredBytes = 0;
    hub.publish(batch.stream().map(Line::command).filter(Objects::nonNull).toList())
        .whenComplete(
            (results, failure) -> connection().onLoop(() -> published(batch, results, failure)));
  }

  private void published(
      List<Line> batch, @Nullable List<PublishResult> results, @Nullable Throwable failure) {
    publishing = false;
    if (answered) {
      return;
    }
    if (results == null) {
      answered = true;
      respond(Response.fault(failure));
      return;
    }
    note(batch, results);
    if (notTaken != null) {
      answerInPart(notTaken);
      return;
    }
    goOn();
    if (!answered && !ended && fault == null) {
      connection().resume();
    }
  }

  /// Notes what became of lines. The stream ends with the first that the log did not take.
  private void note(List<Line> batch, List<PublishResult> results) {
    Iterator<PublishResult> next = results.iterator();
    for (Line line : batch) {
      switch (line.command() == null ? TOO_LONG : next.next()) {
        case PublishResult.Published event -> report.accepted(event.sequence());
        case PublishResult.Refused refused -> {
          report.refused(line.number(), refused.rejection());
          if (notTaken == null && refused.rejection().code() == ErrorCode.UNAVAILABLE) {
            notTaken = problem(refused.rejection());
            nextLine = line.number();
          }
        }
      }
    }
  }

  private static Problem problem(Rejection ofOneLine) {
    return ofOneLine.uncertain()
        ? Problems.of(ofOneLine)
        : Problem.unavailable("The log cannot take events at the moment");
  }

  private void goOn() {
    publish();
    if (publishing || answered) {
      return;
    }
    if (ended) {
      answer();
    } else if (fault != null) {
      answerInPart(fault);
    }
  }

  @Override
  protected void end() {
    if (answered || fault != null) {
      return;
    }
    ended = true;
    lines.end(this::line);
    goOn();
  }

  private void answer() {
    answered = true;
    respond(report.response());
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
    goOn();
  }

  /// Says what became of the lines so far, and where to go on.
  private void answerInPart(Problem reason) {
    answered = true;
    ObjectNode members = report.toJson().put("next_line", nextLine);
    respond(Response.problem(reason, members));
  }
}
