package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// An event as a text frame: the encoded envelope, and after it what only the delivery knows.
final class EventFrame {

  private static final byte[] SEQUENCE = ascii(",\"sequence\":");
  private static final byte[] PREVIOUS = ascii(",\"previous\":");

  private EventFrame() {}

  /// How many bytes the frame has, header included.
  static int length(LoggedEvent event, long previous) {
    int payload = payloadLength(event, digits(event.sequence()), digits(previous));
    return TextFrames.headerLength(payload) + payload;
  }

  private static int payloadLength(LoggedEvent event, int sequenceDigits, int previousDigits) {
    return event.event().json().length
        + SEQUENCE.length
        + sequenceDigits
        + PREVIOUS.length
        + previousDigits
        + 1;
  }

  /// Writes the frame.
  static void write(ByteBuf out, LoggedEvent event, long previous) {
    int sequenceDigits = digits(event.sequence());
    int previousDigits = digits(previous);
    TextFrames.writeHeader(out, payloadLength(event, sequenceDigits, previousDigits));
    out.writeBytes(event.event().json()).writeBytes(SEQUENCE);
    writeNumber(out, event.sequence(), sequenceDigits);
    out.writeBytes(PREVIOUS);
    writeNumber(out, previous, previousDigits);
    out.writeByte('}');
  }

  private static int digits(long number) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static void writeNumber(ByteBuf out, long number, int digits) {
    int at = out.writerIndex() + digits;
    out.ensureWritable(digits).writerIndex(at);
    long rest = number;
    for (int i = 0; i < digits; i++, rest /= 10) {
      out.setByte(--at, (byte) ('0' + rest % 10));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
