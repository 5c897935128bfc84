package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.CloseCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.Where;
import dev.tocsin.http.Json;
import dev.tocsin.http.Secrets;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.PatternWarning;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/// What the server says on a connection besides events, each as the bytes of one JSON object in one line.
///
/// An `id` is the JSON text that came with the action, or `null`.
final class ServerMessages {

  private ServerMessages() {}

  /// @param catalog the hash of the server's
  /// @param durability what the log's acknowledgements mean; empty when it ends with the process
  /// @param warnings about the patterns that came with the query
  /// @param initial what follows it of the past, if that was asked
  static byte[] established(
      String connectionId,
      String epoch,
      long sequence,
      String catalog,
      Optional<Durability> durability,
      List<PatternWarning> warnings,
      InitialSearch.@Nullable Found initial,
      InstantSource clock) {
    String now = Timestamp.now(clock).text();
    ObjectNode message = Json.object().put("type", "connection.established");
    message.set(
        "payload",
        payload(connectionId, epoch, sequence, catalog, durability, warnings, initial, now));
    return Json.bytes(message.put("timestamp", now));
  }

  /// Its payload alone, for who is told what it is in another way.
  static byte[] establishedPayload(
      String connectionId,
      String epoch,
      long sequence,
      String catalog,
      Optional<Durability> durability,
      List<PatternWarning> warnings,
      InitialSearch.@Nullable Found initial,
      InstantSource clock) {
    String now = Timestamp.now(clock).text();
    return Json.bytes(
        payload(connectionId, epoch, sequence, catalog, durability, warnings, initial, now));
  }

  private static ObjectNode payload(
      String connectionId,
      String epoch,
      long sequence,
      String catalog,
      Optional<Durability> durability,
      List<PatternWarning> warnings,
      InitialSearch.@Nullable Found initial,
      String now) {
    ObjectNode payload =
        Json.object()
            .put("connection_id", connectionId)
            .put("timestamp", now)
            .put("epoch", epoch)
            .put("sequence", sequence)
            .put("catalog", catalog);
    durability.ifPresent(is -> payload.put("durability", is.toString()));
    PatternWarnings.put(warnings, payload);
    put(initial, payload);
    return payload;
  }

  /// Says how many events follow with which a subscription begins.
  private static void put(InitialSearch.@Nullable Found initial, ObjectNode target) {
    if (initial != null) {
      target.put("initial", initial.sequences().length);
      if (!initial.complete()) {
        target.put("initial_complete", false);
      }
    }
  }

  /// What a connection now receives.
  ///
  /// @param matched the types of which it receives anything
  /// @param denied those that its patterns match, and that it may not read
  record Explanation(List<String> matched, List<String> denied) {}

  /// @param asked what is answered
  /// @param patterns as they are stored
  /// @param explanation what comes of it, if that was asked
  /// @param initial what it begins with, if that was asked
  static byte[] subscribed(
      ClientMessage.Subscribe asked,
      List<EventPattern> patterns,
      List<PatternWarning> warnings,
      @Nullable Explanation explanation,
      InitialSearch.@Nullable Found initial,
      long sequence) {
    ObjectNode message = change("subscribed", asked.id(), patterns);
    Where where = asked.where();
    if (where != null) {
      message.putRawValue("where", new RawValue(where.json()));
    }
    message.put("sequence", sequence);
    put(initial, message);
    PatternWarnings.put(warnings, message);
    if (explanation != null) {
      ArrayNode matched = message.putArray("matched");
      explanation.matched().forEach(matched::add);
      ArrayNode denied = message.putArray("denied");
      explanation.denied().forEach(denied::add);
    }
    return Json.bytes(message);
  }

  static byte[] unsubscribed(@Nullable String id, List<EventPattern> removed, long sequence) {
    return Json.bytes(change("unsubscribed", id, removed).put("sequence", sequence));
  }

  private static ObjectNode change(
      String action, @Nullable String id, List<EventPattern> patterns) {
    ObjectNode message = withId(Json.object().put("action", action), id);
    ArrayNode events = message.putArray("events");
    patterns.forEach(pattern -> events.add(pattern.text()));
    return message;
  }

  /// The answer to a resumption that gives everything.
  ///
  /// @param since the position from which it goes on
  /// @param sequence the newest position
  static byte[] resumed(@Nullable String id, long since, long sequence) {
    return Json.bytes(resumption(id, since, sequence).put("complete", true));
  }

  /// The answer to one that cannot.
  ///
  /// @param since the position from which it goes on
  /// @param sequence the newest position
  /// @param reason `truncated`, `epoch_changed` or `ahead`
  /// @param firstAvailable the oldest sequence that is left
  static byte[] resumedInPart(
      @Nullable String id, long since, long sequence, String reason, long firstAvailable) {
    return Json.bytes(
        resumption(id, since, sequence)
            .put("complete", false)
            .put("reason", reason)
            .put("first_available", firstAvailable));
  }

  private static ObjectNode resumption(@Nullable String id, long since, long sequence) {
    return withId(Json.object().put("action", "resumed"), id)
        .put("since", since)
        .put("sequence", sequence);
  }

  static byte[] published(@Nullable String id, long sequence) {
    return Json.bytes(
        withId(Json.object().put("action", "published"), id).put("sequence", sequence));
  }

  /// @param sequence the position from which on the new rights count
  static byte[] authenticated(@Nullable String id, Access access, long sequence) {
    ObjectNode message =
        withId(Json.object().put("action", "authenticated"), id).put("name", access.name());
    Instant expires = access.expires();
    if (expires != null) {
      message.put("expires_at", text(expires));
    }
    return Json.bytes(message.put("sequence", sequence));
  }

  /// The client's credential ends soon.
  static byte[] expiring(Instant at) {
    return Json.bytes(Json.object().put("action", "expiring").put("at", text(at)));
  }

  private static String text(Instant time) {
    return Timestamp.now(InstantSource.fixed(time)).text();
  }

  static byte[] pong(@Nullable String id, InstantSource clock) {
    ObjectNode message = Json.object().put("type", "pong");
    return Json.bytes(withId(message.put("timestamp", Timestamp.now(clock).text()), id));
  }

  /// Whatever it repeats of what was sent, it repeats no credential.
  static byte[] error(@Nullable String id, Rejection rejection, InstantSource clock) {
    ObjectNode message = Json.object().put("type", "error");
    ObjectNode payload =
        message
            .putObject("payload")
            .put("error", rejection.code().wireName())
            .put("message", rejection.message());
    ObjectNode details = Problems.details(rejection);
    if (details != null) {
      payload.set("details", details);
    }
    message.put("timestamp", Timestamp.now(clock).text());
    return Secrets.masked(Json.bytes(withId(message, id)));
  }

  static byte[] heartbeat(long sequence, InstantSource clock) {
    return Json.bytes(
        Json.object()
            .put("type", "ping")
            .put("timestamp", Timestamp.now(clock).text())
            .put("sequence", sequence));
  }

  static byte[] gap(long from, long to) {
    return Json.bytes(Json.object().put("action", "gap").put("from", from).put("to", to));
  }

  static byte[] reconnect(long afterMillis) {
    return Json.bytes(Json.object().put("action", "reconnect").put("after_ms", afterMillis));
  }

  static byte[] connectionError(CloseCode code, String sentence, InstantSource clock) {
    String now = Timestamp.now(clock).text();
    ObjectNode message = Json.object().put("type", "connection.error");
    message
        .putObject("payload")
        .put("error", code.wireName())
        .put("message", sentence)
        .put("timestamp", now);
    return Json.bytes(message.put("timestamp", now));
  }

  private static ObjectNode withId(ObjectNode message, @Nullable String id) {
    if (id != null) {
      message.putRawValue("id", new RawValue(id));
    }
    return message;
  }
}
