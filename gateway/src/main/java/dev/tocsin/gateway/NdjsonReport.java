package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Response;
import dev.tocsin.http.Secrets;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What became of the lines of one NDJSON request.
final class NdjsonReport {

  private final ArrayNode rejected = Json.object().arrayNode();
  private long reportedCharacters;
  private long acceptedCount;
  private long rejectedCount;
  private long first;
  private long last;
  private @Nullable Rejection firstRejection;

  void accepted(long sequence) {
    first = acceptedCount++ == 0 ? sequence : first;
    last = sequence;
  }

  void refused(long line, Rejection rejection) {
    if (firstRejection == null) {
      firstRejection = rejection;
    }
    if (rejectedCount++ < Limits.MAX_REPORTED_LINES) {
      ObjectNode entry =
          rejected
              .addObject()
              .put("line", line)
              .put("error", rejection.code().wireName())
              .put("message", rejection.message());
      ObjectNode details = Problems.details(rejection);
      if (details != null) {
        reportedCharacters += weight(rejection);
        if (reportedCharacters <= Limits.MAX_REPORTED_CHARACTERS) {
          entry.set("details", details);
        }
      }
    }
  }

  private static int weight(Rejection rejection) {
    return rejection.errors().stream()
        .mapToInt(error -> error.path().length() + error.message().length() + 40)
        .sum();
  }

  ObjectNode toJson() {
    ObjectNode report = Json.object().put("accepted", acceptedCount);
    report.set("rejected", rejected);
    report.put("rejected_count", rejectedCount);
    if (acceptedCount > 0) {
      report.put("first_sequence", first).put("last_sequence", last);
    }
    return report;
  }

  /// 200, or 422 when there were lines and none was good.
  Response response() {
    if (acceptedCount > 0 || firstRejection == null) {
      return Response.json(HttpResponseStatus.OK, Secrets.masked(Json.bytes(toJson())));
    }
    ErrorCode code = firstRejection.code();
    Rejection none =
        new Rejection(
            code,
            "None of the "
                + rejectedCount
                + " lines was accepted; the first: "
                + firstRejection.message());
    return Response.problem(Problems.of(HttpResponseStatus.UNPROCESSABLE_ENTITY, none), toJson());
  }
}
