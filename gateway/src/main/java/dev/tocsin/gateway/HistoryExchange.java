package dev.tocsin.gateway;

import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LoggedEvent;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/events`: events of the log, oldest first, a page an answer.
///
/// The answer ends at the limit, at 4 MiB, or behind a stretch of the log in which little matched, so
/// that no request keeps the log's reader to itself; `next_since` says where to go on.
final class HistoryExchange extends BodyExchange {

  /// What an answer may look through.
  private static final int MAX_SCANNED_EVENTS = 50_000;

  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private final Hub hub;
  private final HistoryQuery query;
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();
  private long position;
  private long newest;
  private int found;
  private int scanned;

  HistoryExchange(HttpConnection connection, Hub hub, HistoryQuery query) {
    super(connection);
    this.hub = hub;
    this.query = query;
    this.position = query.since();
  }

  @Override
  void complete(byte[] body) {
    newest = hub.log().newest();
    events.writeBytes("{\"events\":[".getBytes(StandardCharsets.US_ASCII));
    readOn();
  }

  private void readOn() {
    if (position >= newest) {
      position = newest;
      answer();
      return;
    }
    hub.pages()
        .read(position)
        .whenComplete((page, failure) -> connection().onLoop(() -> take(page, failure)));
  }

  private void take(@Nullable List<LoggedEvent> page, @Nullable Throwable failure) {
    if (page == null) {
      respond(HttpConnection.fault(failure));
      return;
    }
    boolean full = page.isEmpty();
    position = full ? newest : position;
    for (LoggedEvent event : page) {
      if (event.sequence() <= position || full) {
        continue;
      }
      scanned++;
      if (matches(event)) {
        byte[] json = event.event().json();
        if (found > 0 && events.size() + json.length > MAX_BYTES) {
          full = true;
          continue;
        }
        add(event.sequence(), json);
      }
      position = event.sequence();
      full = found >= query.limit();
    }
    if (full || scanned >= MAX_SCANNED_EVENTS) {
      answer();
    } else {
      readOn();
    }
  }

  private boolean matches(LoggedEvent event) {
    List<EventPattern> patterns = query.patterns();
    return patterns == null || patterns.stream().anyMatch(p -> p.matches(event.event().type()));
  }

  private void add(long sequence, byte[] json) {
    if (found++ > 0) {
      events.write(',');
    }
    events.writeBytes(json);
    events.writeBytes((",\"sequence\":" + sequence + "}").getBytes(StandardCharsets.US_ASCII));
  }

  private void answer() {
    String end = "],\"next_since\":" + position + ",\"epoch\":\"" + hub.log().epoch() + "\"}";
    events.writeBytes(end.getBytes(StandardCharsets.UTF_8));
    respond(Response.json(HttpResponseStatus.OK, events.toByteArray()));
  }
}
