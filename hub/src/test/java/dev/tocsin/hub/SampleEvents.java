package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.Slice;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Events for tests, also those of other modules' logs.
public final class SampleEvents {

  public static final String TIMESTAMP = "2026-01-02T03:04:05Z";

  private SampleEvents() {}

  /// An event of a type, with a payload that says nothing.
  public static EncodedEvent event(String type) {
    return event(type, "x");
  }

  /// An event of a type with a text in its payload.
  public static EncodedEvent event(String type, String id) {
    byte[] payload = ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8);
    return EncodedEvent.of(type, payload, TIMESTAMP, null, "alerts");
  }

  public static List<EncodedEvent> events(String... types) {
    return Arrays.stream(types).map(SampleEvents::event).toList();
  }

  /// The wish to append such events.
  public static List<Append> appends(String... types) {
    return Arrays.stream(types).map(type -> new Append(event(type), null)).toList();
  }

  /// The wish to append an event under an idempotency key, which its type stands in for the body of.
  public static Append keyed(String key, String type) {
    Slice body = Slice.of(type.getBytes(StandardCharsets.UTF_8));
    return new Append(event(type), IdempotencyKey.of("", key, body));
  }
}
