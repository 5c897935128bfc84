package dev.tocsin.gateway;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Response;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LoggedEvent;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `GET /api/v1/events`: events of the log, oldest first, a page an answer.
///
/// The answer ends at the limit, or when it grows too large; `next_since` says where to go on.
final class HistoryExchange extends BodyExchange {

  private final Hub hub;
  private final HistoryQuery query;
  private final AtomicInteger active;
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();
  private @Nullable Set<String> types;
  private long position;
  private long newest;
  private int found;

  /// @param active how many history answers are under way
  HistoryExchange(HttpConnection connection, Hub hub, HistoryQuery query, AtomicInteger active) {
    super(connection);
    this.active = active;
    active.incrementAndGet();
    this.hub = hub;
    this.query = query;
  }

  @Override
  protected void ended() {
    active.decrementAndGet();
  }

  @Override
  protected void complete(byte[] body) {
    newest = hub.log().newest();
    position = Math.min(query.since(), newest);
    types = wantedTypes();
    events.writeBytes("{\"events\":[".getBytes(StandardCharsets.US_ASCII));
    readOn();
  }

  /// The types of the log that are asked for; `null` for all.
  private @Nullable Set<String> wantedTypes() {
    List<EventPattern> patterns = query.patterns();
    if (patterns == null) {
      return null;
    }
    return hub.log().lastByType().keySet().stream()
        .filter(type -> patterns.stream().anyMatch(pattern -> pattern.matches(type)))
        .collect(Collectors.toUnmodifiableSet());
  }

  private void readOn() {
    if (position >= newest) {
      answer();
      return;
    }
    CompletableFuture<List<LoggedEvent>> reading =
        types == null
            ? hub.pages().read(position)
            : hub.pages().readOfTypes(position, types, query.limit() - found);
    reading.whenComplete((page, failure) -> connection().onLoop(() -> take(page, failure)));
  }

  private void take(@Nullable List<LoggedEvent> page, @Nullable Throwable failure) {
    if (page == null) {
      respond(Response.fault(failure));
      return;
    }
    if (page.isEmpty()) {
      position = newest;
    }
    for (LoggedEvent event : page) {
      if (event.sequence() <= position) {
        continue;
      }
      byte[] json = event.event().json();
      if (found >= query.limit() || (found > 0 && events.size() + json.length > maxBytes())) {
        answer();
        return;
      }
      add(event.sequence(), json);
      position = event.sequence();
    }
    if (found >= query.limit()) {
      answer();
    } else {
      readOn();
    }
  }

  private int maxBytes() {
    int share = Limits.HISTORY_BYTES / Math.max(1, active.get());
    return Math.clamp(share, Limits.MIN_HISTORY_BYTES, Limits.MAX_HISTORY_BYTES);
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
