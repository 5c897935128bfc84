package dev.tocsin.bridges;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.Rejection;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A hub that judges events as the real one does, and keeps them in a list.
final class TestHub implements FollowableHub {

  private final EventEncoder encoder =
      new EventEncoder(EventCatalog.builtIn(), InstantSource.fixed(TestMessages.NOW));
  private final Map<String, String> keys = new HashMap<>();

  /// What was published.
  final List<JsonNode> events = new ArrayList<>();

  /// Why nothing is taken; `null` when everything is.
  volatile @Nullable Rejection trouble;

  /// What a publish waits for.
  volatile CompletableFuture<?> gate = CompletableFuture.completedFuture(null);

  @Override
  public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
    return gate.thenApply(open -> take(envelope, idempotencyKey));
  }

  private synchronized Outcome take(byte[] envelope, @Nullable String idempotencyKey) {
    if (trouble != null) {
      return new Outcome.Refused(trouble);
    }
    return switch (encoder.encode(envelope, 0, envelope.length)) {
      case Rejection rejection -> new Outcome.Refused(rejection);
      case EncodedEvent event -> {
        String text = new String(envelope, StandardCharsets.UTF_8);
        String before = idempotencyKey == null ? null : keys.putIfAbsent(idempotencyKey, text);
        if (before != null && !before.equals(text)) {
          yield new Outcome.Refused(new Rejection(ErrorCode.IDEMPOTENCY_CONFLICT, "another"));
        }
        if (before == null) {
          events.add(TestMessages.json(text));
        }
        yield new Outcome.Published(events.size());
      }
    };
  }

  /// Forgets the keys, as a hub does after a while.
  synchronized void forgetKeys() {
    keys.clear();
  }

  synchronized int size() {
    return events.size();
  }

  synchronized List<JsonNode> payloads() {
    return events.stream().map(event -> event.get("payload")).toList();
  }

  synchronized List<String> types() {
    return events.stream().map(event -> event.get("type").stringValue()).toList();
  }

  @Override
  public HubCursor follow(Wanted wanted, @Nullable HubPosition after) {
    throw new UnsupportedOperationException("no test has needed it");
  }

  @Override
  public String id() {
    return "epoch-1";
  }
}
