package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.websocket.TextFrames;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Events as text frames: the encoded envelope, and behind it what only the delivery knows.
final class EventFrames {

  private static final byte[] SEQUENCE = ascii(",\"sequence\":");
  private static final byte[] PREVIOUS = ascii(",\"previous\":");

  private EventFrames() {}

  /// Writes the frame of one event.
  static void write(ByteBuf out, LoggedEvent event, long previous) {
    byte[] json = event.event().json();
    int sequenceDigits = digits(event.sequence());
    int previousDigits = digits(previous);
    int length =
        json.length + SEQUENCE.length + sequenceDigits + PREVIOUS.length + previousDigits + 1;
    TextFrames.writeHeader(out, length);
    out.writeBytes(json).writeBytes(SEQUENCE);
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
