package dev.tocsin.bridges.hub;

import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.out.TypePattern;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.FieldValues;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.StoredEnvelope;
import dev.tocsin.events.Where;
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

/// A hub that judges events as the real one does, and keeps them in a list, which can be followed.
public final class TestHub implements FollowableHub {

  private final EventEncoder encoder =
      new EventEncoder(EventCatalog.builtIn(), InstantSource.fixed(TestMessages.NOW));
  private final Map<String, String> keys = new HashMap<>();

  private final List<String> texts = new ArrayList<>();
  private final List<String> types = new ArrayList<>();
  private String epoch = "epoch-1";
  private long forgotten;
  private @Nullable String unavailable;

  /// What was published.
  public final List<JsonNode> events = new ArrayList<>();

  /// Why nothing is taken; `null` when everything is.
  public volatile @Nullable Rejection trouble;

  /// What a publish waits for.
  public volatile CompletableFuture<?> gate = CompletableFuture.completedFuture(null);

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
          texts.add(event.toString());
          types.add(event.type());
          notifyAll();
        }
        yield new Outcome.Published(events.size(), before != null);
      }
    };
  }

  /// Forgets the keys, as a hub does after a while.
  public synchronized void forgetKeys() {
    keys.clear();
  }

  public synchronized int size() {
    return events.size();
  }

  public synchronized List<JsonNode> payloads() {
    return events.stream().map(event -> event.get("payload")).toList();
  }

  public synchronized List<String> types() {
    return events.stream().map(event -> event.get("type").stringValue()).toList();
  }

  @Override
  public HubCursor follow(Wanted wanted, @Nullable HubPosition after) {
    return new TestCursor(this, wanted, after);
  }

  @Override
  public synchronized HubPosition newest() {
    return new HubPosition(epoch, texts.size());
  }

  /// Forgets the oldest events, as retention does.
  ///
  /// @param upTo the last that is forgotten
  public synchronized void forget(long upTo) {
    forgotten = upTo;
    notifyAll();
  }

  /// Is another log from now on, an empty one.
  public synchronized void beginAnew(String name) {
    epoch = name;
    texts.clear();
    types.clear();
    forgotten = 0;
    notifyAll();
  }

  /// Cannot be followed for a while.
  ///
  /// @param sentence why; `null` when it can again
  public synchronized void unavailable(@Nullable String sentence) {
    unavailable = sentence;
    notifyAll();
  }

  /// What comes after a position.
  public synchronized HubCursor.Step step(Wanted wanted, HubPosition after, int most) {
    if (unavailable != null) {
      return new HubCursor.Step.Unavailable(unavailable);
    }
    if (!after.epoch().equals(epoch)) {
      return new HubCursor.Step.Restarted(new HubPosition(epoch, 0));
    }
    if (after.sequence() < forgotten) {
      return new HubCursor.Step.Lost(
          after.sequence() + 1, forgotten, new HubPosition(epoch, forgotten));
    }
    List<FollowedEvent> found = new ArrayList<>();
    long sequence = after.sequence();
    while (sequence < texts.size() && found.size() < most) {
      sequence++;
      String type = types.get((int) sequence - 1);
      String text = texts.get((int) sequence - 1);
      if (isWanted(wanted, type, text)) {
        String envelope = text.substring(0, text.length() - 1) + ",\"sequence\":" + sequence + '}';
        found.add(new FollowedEvent(sequence, type, envelope.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return new HubCursor.Step.Events(found, new HubPosition(epoch, sequence));
  }

  private static boolean isWanted(Wanted wanted, String type, String text) {
    if (wanted.patterns().stream().noneMatch(one -> new TypePattern(one).matches(type))) {
      return false;
    }
    Where where = wanted.where();
    if (where == null) {
      return true;
    }
    EncodedEvent event = StoredEnvelope.read(text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    return EventCatalog.builtIn()
        .payloadSchema(type)
        .flatMap(schema -> where.on(schema.fields()))
        .filter(conditions -> conditions.allow(FieldValues.of(event, where.fields())))
        .isPresent();
  }

  /// Where a cursor stands after a step.
  public static HubPosition upTo(HubCursor.Step step, HubPosition before) {
    return switch (step) {
      case HubCursor.Step.Events events -> events.upTo();
      case HubCursor.Step.Lost lost -> lost.upTo();
      case HubCursor.Step.Restarted restarted -> restarted.upTo();
      case HubCursor.Step.Unavailable unavailable -> before;
    };
  }

  @Override
  public synchronized String id() {
    return epoch;
  }
}
