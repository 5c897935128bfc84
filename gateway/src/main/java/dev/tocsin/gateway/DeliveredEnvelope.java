package dev.tocsin.gateway;

import dev.tocsin.hub.LoggedEvent;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// An event as every form delivers it: the encoded envelope, and after it what only the delivery knows.
final class DeliveredEnvelope {

  private static final byte[] SEQUENCE = ascii(",\"sequence\":");
  private static final byte[] PREVIOUS = ascii(",\"previous\":");

  private static final byte[] INITIAL_MARK = ascii(",\"initial\":true}");

  /// What stands for `previous` in an event with which a subscription begins: it says instead that it is one.
  static final long INITIAL = -1;

  private DeliveredEnvelope() {}

  /// How many bytes it has.
  static int length(LoggedEvent event, long previous) {
    int rest = previous == INITIAL ? INITIAL_MARK.length : PREVIOUS.length + digits(previous) + 1;
    return event.event().json().length + SEQUENCE.length + digits(event.sequence()) + rest;
  }

  /// Writes it, with the white space that its producer has sent.
  static void write(ByteBuf out, LoggedEvent event, long previous) {
    out.writeBytes(event.event().json());
    writeRest(out, event, previous);
  }

  /// Writes it in one line: a line break that its producer has sent between two tokens becomes a space. Inside a string JSON
  /// has none.
  static void writeInOneLine(ByteBuf out, LoggedEvent event, long previous) {
    byte[] json = event.event().json();
    int begin = out.writerIndex();
    out.writeBytes(json);
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        out.setByte(begin + i, ' ');
      }
    }
    writeRest(out, event, previous);
  }

  private static void writeRest(ByteBuf out, LoggedEvent event, long previous) {
    out.writeBytes(SEQUENCE);
    writeNumber(out, event.sequence());
    if (previous == INITIAL) {
      out.writeBytes(INITIAL_MARK);
      return;
    }
    out.writeBytes(PREVIOUS);
    writeNumber(out, previous);
    out.writeByte('}');
  }

  /// How many digits a number has that is not negative.
  static int digits(long number) {
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    return digits;
  }

  /// Writes a number that is not negative.
  static void writeNumber(ByteBuf out, long number) {
    int digits = digits(number);
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
