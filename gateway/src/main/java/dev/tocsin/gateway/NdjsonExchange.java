package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `POST /api/v1/events` with one event a line, streamed.
///
/// The lines of a piece are published together; the next piece is read when they are safe in the
/// log, so a producer can never be faster than the log.
final class NdjsonExchange extends Exchange {

  private final Hub hub;
  private final LineSplitter lines = new LineSplitter(Limits.MAX_MESSAGE_BYTES);
  private final NdjsonReport report = new NdjsonReport();
  private final List<PublishCommand> commands = new ArrayList<>();
  private final List<Long> lineNumbers = new ArrayList<>();
  private long nextLine = 1;
  private boolean publishing;
  private boolean ended;
  private @Nullable Rejection fault;
  private boolean answered;

  NdjsonExchange(HttpConnection connection, Hub hub) {
    super(connection);
    this.hub = hub;
  }

  @Override
  void content(ByteBuf piece) {
    if (!answered) {
      lines.split(piece, this::line);
    }
  }

  private void line(long number, byte @Nullable [] line) {
    nextLine = number + 1;
    if (line == null) {
      report.refused(
          number,
          new Rejection(
              ErrorCode.MESSAGE_TOO_LARGE,
              "The line is longer than " + Limits.MAX_MESSAGE_BYTES + " bytes"));
    } else {
      commands.add(new PublishCommand(Slice.of(line)));
      lineNumbers.add(number);
    }
  }

  @Override
  boolean drained() {
    if (!commands.isEmpty() && !publishing) {
      publish();
    }
    return !publishing;
  }

  private void publish() {
    publishing = true;
    List<Long> numbers = List.copyOf(lineNumbers);
    hub.publish(List.copyOf(commands))
        .whenComplete(
            (results, failure) -> connection().onLoop(() -> published(numbers, results, failure)));
    commands.clear();
    lineNumbers.clear();
  }

  private void published(
      List<Long> numbers, @Nullable List<PublishResult> results, @Nullable Throwable failure) {
    publishing = false;
    if (answered) {
      return;
    }
    if (results == null) {
      answered = true;
      respond(HttpConnection.fault(failure));
      return;
    }
    long notTaken = 0;
    for (int i = 0; i < results.size(); i++) {
      switch (results.get(i)) {
        case PublishResult.Published event -> report.accepted(event.sequence());
        case PublishResult.Refused refused -> {
          report.refused(numbers.get(i), refused.rejection());
          if (notTaken == 0 && refused.rejection().code() == ErrorCode.UNAVAILABLE) {
            notTaken = numbers.get(i);
          }
        }
      }
    }
    if (notTaken > 0) {
      nextLine = notTaken;
      answerInPart(
          new Rejection(ErrorCode.UNAVAILABLE, "The log cannot take events at the moment"));
    } else if (ended) {
      answer();
    } else if (fault != null) {
      answerInPart(fault);
    } else {
      connection().resume();
    }
  }

  @Override
  void end() {
    ended = true;
    if (answered) {
      return;
    }
    lines.end(this::line);
    if (drained() && !answered) {
      answer();
    }
  }

  private void answer() {
    answered = true;
    respond(report.response());
  }

  @Override
  void goAway() {
    breakOff(new Rejection(ErrorCode.UNAVAILABLE, "The server is going away"));
  }

  @Override
  void breakOff(Rejection reason) {
    if (fault != null || ended || answered) {
      return;
    }
    fault = reason;
    // What came before it counts.
    if (drained() && !answered) {
      answerInPart(reason);
    }
  }

  /// Says what became of the lines so far, and where to go on.
  private void answerInPart(Rejection reason) {
    answered = true;
    ObjectNode members = report.toJson().put("next_line", nextLine);
    respond(Response.problem(reason, members));
  }
}
