package dev.tocsin.load;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The text of an event with zeros where its time will be.
/// Not changed by anyone.
final class Event {

  private static final String DETECTION =
      "\"payload\":{\"detection_id\":\"%s\",\"label\":\"person\",\"confidence\":0.95,"
          + "\"camera_id\":\"front_door\",\"timestamp\":\"2026-01-09T12:00:00Z\",\"event_id\":\"";

  private final byte[] bytes;
  private final int digitsAt;

  private Event(byte[] bytes, int digitsAt) {
    this.bytes = bytes;
    this.digitsAt = digitsAt;
  }

  /// The event of a plan, as large as it says or as small as it can be.
  static Event of(LoadPlan plan, Mark mark) {
    return plan.protocol() == PeerProtocol.TOCSIN
        ? padded(
            String.format(
                Locale.ROOT, "{\"type\":\"%s\"," + DETECTION, plan.type(), mark.template()),
            "\"}}",
            plan.eventBytes(),
            mark)
        : padded("{\"id\":\"" + mark.template() + "\",\"p\":\"", "\"}", plan.eventBytes(), mark);
  }

  private static Event padded(String head, String tail, int size, Mark mark) {
    String padding = "x".repeat(Math.max(0, size - head.length() - tail.length()));
    return of(head + padding + tail, mark);
  }

  private static Event of(String text, Mark mark) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Event(bytes, mark.find(bytes, 0, bytes.length) + Mark.TAG_BYTES);
  }

  /// Its UTF-8; not a copy.
  byte[] bytes() {
    return bytes;
  }

  /// Where the 16 digits of the time begin.
  int digitsAt() {
    return digitsAt;
  }

  /// The same with something before and after it.
  Event within(String before, String after) {
    byte[] head = before.getBytes(StandardCharsets.UTF_8);
    byte[] tail = after.getBytes(StandardCharsets.UTF_8);
    byte[] whole = new byte[head.length + bytes.length + tail.length];
    System.arraycopy(head, 0, whole, 0, head.length);
    System.arraycopy(bytes, 0, whole, head.length, bytes.length);
    System.arraycopy(tail, 0, whole, head.length + bytes.length, tail.length);
    return new Event(whole, head.length + digitsAt);
  }

  /// The same several times over, with a line's end after each.
  byte[] lines(int count) {
    byte[] lines = new byte[count * (bytes.length + 1)];
    for (int i = 0; i < count; i++) {
      int at = i * (bytes.length + 1);
      System.arraycopy(bytes, 0, lines, at, bytes.length);
      lines[at + bytes.length] = '\n';
    }
    return lines;
  }
}
