package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.http.MediaRanges;
import dev.tocsin.http.QueryParameters.InvalidQueryException;
import dev.tocsin.http.Request;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an answer that holds events of the log writes them.
///
/// @param source what CloudEvents say where they come from; `null` for what is usual
record EventsForm(Kind kind, @Nullable String source) {

  private static final String JSON = "application/json";

  /// The forms.
  enum Kind {
    /// Envelopes, in an object that says where to go on.
    ENVELOPES,
    /// CloudEvents in such an object.
    CLOUD_EVENTS,
    /// CloudEvents in an array, as their batch is; headers say where to go on.
    BATCH
  }

  /// What a request asks for: by `format`, or by what it accepts.
  static EventsForm of(Request request, @Nullable String source) throws InvalidQueryException {
    return new EventsForm(kind(request), source);
  }

  /// Whether a request asks for CloudEvents, where what they stand in is settled otherwise.
  static boolean isCloudEvents(Request request) throws InvalidQueryException {
    return kind(request) != Kind.ENVELOPES;
  }

  /// Whether a request names CloudEvents in what it accepts, and JSON not before them.
  static boolean isAccepted(Request request) {
    List<String> accept = request.head().headers().getAll(HttpHeaderNames.ACCEPT);
    return MediaRanges.prefer(accept, CloudEvents.BATCH, JSON)
        || MediaRanges.prefer(accept, CloudEvents.EVENT, JSON);
  }

  private static Kind kind(Request request) throws InvalidQueryException {
    String format = request.query().text("format").orElse(null);
    boolean batch = isAccepted(request);
    return switch (format) {
      case null -> batch ? Kind.BATCH : Kind.ENVELOPES;
      case "json" -> Kind.ENVELOPES;
      case "cloudevents" -> batch ? Kind.BATCH : Kind.CLOUD_EVENTS;
      default -> throw new InvalidQueryException("format has to be json or cloudevents");
    };
  }
}
