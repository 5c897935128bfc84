package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventType;
import dev.tocsin.events.StoredEnvelope;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedKey;
import dev.tocsin.hub.IdempotencyKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an event looks like as a message of the stream. Any thread.
///
/// The subject is `<prefix>.e.<type>`, the body the envelope without `sequence`. The header `Tocsin-Origin` says which
/// gateway has sent it, under which number of its own. Events with an idempotency key have `Nats-Msg-Id`, by which JetStream
/// finds a repetition, and `Tocsin-Digest`, by which the gateway finds out whether it says the same. Events that were copied
/// from another log have `Tocsin-Accepted`, which says when that accepted them, and no origin.
final class EventCodec {

  static final String ORIGIN = "Tocsin-Origin";
  static final String DIGEST = "Tocsin-Digest";
  static final String MESSAGE_ID = "Nats-Msg-Id";
  static final String ACCEPTED = "Tocsin-Accepted";

  /// What a message may have beside the event, in bytes: its headers, and what NATS counts with them.
  static final int MAX_OVERHEAD = 1024;

  /// What an event may have as the body of a message, in bytes: more than any that a gateway takes.
  private static final int MAX_BODY = WebSocketEvent.MAX_BYTES + MAX_OVERHEAD;

  private static final String NEW_LINE = "\r\n";
  private static final Pattern TIME = Pattern.compile("-?\\d{1,18}");

  private final String eventPrefix;
  private final String headerStart;
  private final String gateway;

  /// @param prefix see [JetStreamSettings#prefix]
  /// @param gateway the gateway's own name: letters and digits
  EventCodec(String prefix, String gateway) {
    this.eventPrefix = prefix + ".e.";
    this.gateway = gateway;
    this.headerStart = "NATS/1.0" + NEW_LINE + ORIGIN + ": " + gateway + ":";
  }

  /// The subjects of all events.
  String subjects() {
    return eventPrefix + '>';
  }

  /// The subjects of a stream that is about to be removed: nobody publishes to them.
  String nobodysSubjects() {
    return eventPrefix + "connection.removed";
  }

  /// The subject of the events of a type.
  String subject(String type) {
    return eventPrefix + type;
  }

  /// The body of an event's message.
  static byte[] body(EncodedEvent event) {
    byte[] json = event.json();
    byte[] body = Arrays.copyOf(json, json.length + 1);
    body[json.length] = '}';
    return body;
  }

  /// The headers of an event's message.
  RawHeaders headers(long number, @Nullable IdempotencyKey key) {
    String text = headerStart + number + NEW_LINE;
    if (key != null) {
      // A key is any text: its digest is not.
      text += keyHeaders(IdempotencyKey.digest(key.key()), key.bodyDigest());
    }
    return new RawHeaders((text + NEW_LINE).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String keyHeaders(byte[] digest, byte[] bodyDigest) {
    return MESSAGE_ID
        + ": "
        + digestText(digest)
        + NEW_LINE
        + DIGEST
        + ": "
        + digestText(bodyDigest)
        + NEW_LINE;
  }

  /// The headers of a copied event's message, as lines.
  static String headers(CopiedEvent event) {
    CopiedKey key = event.key();
    return ACCEPTED
        + ": "
        + event.acceptedMillis()
        + NEW_LINE
        + (key == null ? "" : keyHeaders(key.digest(), key.bodyDigest()));
  }

  /// When an event was accepted, in milliseconds since 1970.
  ///
  /// @param told what [#ACCEPTED] says; `null` when it is absent
  /// @param taken when the stream took the message
  static long accepted(@Nullable String told, long taken) {
    return told != null && TIME.matcher(told).matches() ? Long.parseLong(told) : taken;
  }

  /// The subject of the messages that stand, for the time of a copy, where there is no event: that of a type that no event has.
  String holes() {
    return eventPrefix + "connection.hole";
  }

  /// The type whose events have a subject; `null` when no event can have it.
  @Nullable String type(String subject) {
    String type = subject.startsWith(eventPrefix) ? subject.substring(eventPrefix.length()) : "";
    return EventType.isName(type) && !EventType.isReservedName(type) ? type : null;
  }

  /// A digest as it stands in a header.
  static String digestText(byte[] digest) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// The event that a message of the stream says; `null` when it says none: somebody else has published it.
  @Nullable EncodedEvent event(String subject, byte[] body) {
    if (!subject.startsWith(eventPrefix) || body.length > MAX_BODY) {
      return null;
    }
    EncodedEvent event = StoredEnvelope.read(body).orElse(null);
    return event != null
            && subject.length() == eventPrefix.length() + event.type().length()
            && subject.endsWith(event.type())
            && !EventType.isReservedName(event.type())
        ? event
        : null;
  }

  /// The number under which this gateway has sent a message; negative when it has not.
  ///
  /// @param origin what [#ORIGIN] says; `null` when it is absent
  long number(@Nullable String origin) {
    if (origin == null
        || !origin.startsWith(gateway)
        || origin.length() < gateway.length() + 2
        || origin.charAt(gateway.length()) != ':') {
      return -1;
    }
    try {
      return Long.parseUnsignedLong(origin, gateway.length() + 1, origin.length(), 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
