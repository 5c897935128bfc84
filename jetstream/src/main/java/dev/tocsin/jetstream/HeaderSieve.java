package dev.tocsin.jetstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Lets through what a NATS server sends, with headers that the library can read.
///
/// A server stores the headers of a message as they come, and anybody may publish into the stream. The library's reader ends at
/// the first header with a byte beyond ASCII, and takes a message whose header begins with a status for the server's own word.
/// So one message would keep all gateways from all that follow it. Here such bytes become `?`, lines that are no header are
/// left out, and so is the status of a message that comes from a stream.
///
/// Of one thread. It holds back a line, and headers, until they are whole; bodies go through.
final class HeaderSieve {

  /// The longest line: that in which a server tells of itself and of its cluster.
  private static final int MAX_LINE = 1 << 20;

  /// The largest headers: NATS takes no larger message, whatever its `max_payload` is.
  private static final int MAX_HEADER = 64 << 20;

  /// What has grown beyond this for a large message is given back after it.
  private static final int USUAL_OUT = 1 << 16;

  private static final byte[] VERSION = ascii("NATS/1.0");
  private static final byte[] NEW_LINE = ascii("\r\n");
  private static final byte[] BODY = ascii("MSG ");
  private static final byte[] HEADER = ascii("HMSG ");
  private static final byte[] DELIVERED = ascii("$JS.ACK.");
  private static final byte[] SEQUENCE = ascii("\nNats-Sequence:");
  private static final byte[] NOTHING = {};

  private static final int CARRIAGE = '\r';
  private static final int FEED = '\n';

  private byte[] line = new byte[512];
  private int lineLength;
  private byte[] header = NOTHING;
  private int headerLength;
  private boolean inHeader;
  private long bodyLeft;

  private byte[] out = new byte[USUAL_OUT];
  private int outFrom;
  private int outTo;

  /// Whether there is anything to be had.
  boolean hasAny() {
    return outFrom < outTo;
  }

  /// Gives some of what there is.
  ///
  /// @return how many bytes
  int give(byte[] to, int at, int atMost) {
    int count = Math.min(atMost, outTo - outFrom);
    System.arraycopy(out, outFrom, to, at, count);
    outFrom += count;
    if (outFrom == outTo) {
      outFrom = 0;
      outTo = 0;
      if (out.length > 4 * USUAL_OUT) {
        out = new byte[USUAL_OUT];
      }
    }
    return count;
  }

  /// Takes what has come.
  void take(byte[] bytes, int length) throws IOException {
    int at = 0;
    while (at < length) {
      if (bodyLeft > 0) {
        int count = (int) Math.min(bodyLeft, length - at);
        emit(bytes, at, count);
        bodyLeft -= count;
        at += count;
      } else if (inHeader) {
        int count = Math.min(header.length - headerLength, length - at);
        System.arraycopy(bytes, at, header, headerLength, count);
        headerLength += count;
        at += count;
        endHeader();
      } else {
        at = takeLine(bytes, at, length);
      }
    }
  }

  private int takeLine(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    while (at < length && bytes[at] != FEED) {
      at++;
    }
    boolean isWhole = at < length;
    int count = (isWhole ? at + 1 : at) - from;
    if (lineLength + count > MAX_LINE) {
      throw new IOException("NATS sends a line that does not end");
    }
    if (lineLength + count > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, lineLength + count));
    }
    System.arraycopy(bytes, from, line, lineLength, count);
    lineLength += count;
    if (isWhole) {
      endLine();
    }
    return from + count;
  }

  private void endLine() throws IOException {
    if (begins(line, 0, lineLength, HEADER)) {
      int sizes = beginOfLast(2);
      long whole = number(beginOfLast(1));
      long head = number(sizes);
      if (head > MAX_HEADER) {
        throw new IOException("NATS sends headers that are larger than any message");
      }
      if (head >= 0 && head <= whole) {
        header = new byte[(int) head];
        headerLength = 0;
        inHeader = true;
        endHeader();
        return;
      }
    } else if (begins(line, 0, lineLength, BODY)) {
      bodyLeft = Math.max(0, number(beginOfLast(1))) + NEW_LINE.length;
    }
    emit(line, 0, lineLength);
    lineLength = 0;
  }

  /// Where the last words of the line begin.
  private int beginOfLast(int words) {
    int at = lineLength;
    for (int i = 0; i < words; i++) {
      while (at > 0 && line[at - 1] <= ' ') {
        at--;
      }
      while (at > 0 && line[at - 1] > ' ') {
        at--;
      }
    }
    return at;
  }

  /// The number that a word of the line is; -1 when it is none.
  private long number(int from) {
    long number = 0;
    int at = from;
    while (at < lineLength && line[at] >= '0' && line[at] <= '9' && number < Integer.MAX_VALUE) {
      number = 10 * number + line[at] - '0';
      at++;
    }
    return at > from && at < lineLength && line[at] <= ' ' ? number : -1;
  }

  private void endHeader() {
    if (headerLength < header.length) {
      return;
    }
    inHeader = false;
    long body = number(beginOfLast(1)) - header.length;
    if (isReadable()) {
      emit(line, 0, lineLength);
      emit(header, 0, header.length);
    } else {
      byte[] clean = clean();
      byte[] sizes = ascii(clean.length + " " + (clean.length + body) + "\r\n");
      emit(line, 0, beginOfLast(2));
      emit(sizes, 0, sizes.length);
      emit(clean, 0, clean.length);
    }
    lineLength = 0;
    header = NOTHING;
    bodyLeft = body + NEW_LINE.length;
  }

  /// Whether the library can read the headers as they are.
  private boolean isReadable() {
    return (hasStatus() ? !isStored() : begins(header, VERSION.length, header.length, NEW_LINE))
        && begins(header, 0, header.length, VERSION)
        && areReadable();
  }

  /// The headers as the library can read them.
  private byte[] clean() {
    ByteArrayOutputStream clean = new ByteArrayOutputStream(header.length + VERSION.length);
    int at = endOfLine(0);
    if (hasStatus() && !isStored()) {
      clean.write(header, 0, at);
    } else {
      clean.writeBytes(VERSION);
    }
    clean.writeBytes(NEW_LINE);
    // The answer to a reading has headers of the server's behind whatever there was.
    at = begins(header, 0, header.length, VERSION) ? afterLine(at) : 0;
    while (at < header.length) {
      int end = endOfLine(at);
      int colon = endOfName(at);
      if (colon > at && colon < end && header[colon] == ':') {
        clean.write(header, at, colon - at);
        for (int i = colon; i < end; i++) {
          clean.write(isText(header[i]) ? header[i] : '?');
        }
        clean.writeBytes(NEW_LINE);
      }
      at = afterLine(end);
    }
    clean.writeBytes(NEW_LINE);
    return clean.toByteArray();
  }

  /// Whether the first line is that of a status which the library can read: a number of three digits, and perhaps words.
  private boolean hasStatus() {
    int at = VERSION.length;
    if (header.length < at + 6
        || !begins(header, 0, header.length, VERSION)
        || header[at] != ' '
        || !(isDigit(header[at + 1]) && isDigit(header[at + 2]) && isDigit(header[at + 3]))) {
      return false;
    }
    int end = endOfLine(at);
    for (int i = at + 4; i < end; i++) {
      if (!isText(header[i])) {
        return false;
      }
    }
    return at + 4 == end || (header[at + 4] == ' ' && end > at + 5 && header[end - 1] != ' ');
  }

  /// Whether the message comes from a stream: it is delivered by a consumer, or the answer to a reading.
  private boolean isStored() {
    return begins(line, beginOfLast(3), lineLength, DELIVERED) || contains(header, SEQUENCE);
  }

  /// Whether all lines but the first are headers as the library reads them, and the last one is empty.
  private boolean areReadable() {
    int at = afterLine(endOfLine(0));
    while (at < header.length) {
      if (begins(header, at, header.length, NEW_LINE)) {
        return at + NEW_LINE.length == header.length;
      }
      int colon = endOfName(at);
      int end = endOfLine(at);
      if (colon == at || colon >= end || header[colon] != ':') {
        return false;
      }
      for (int i = colon + 1; i < end; i++) {
        if (!isText(header[i])) {
          return false;
        }
      }
      if (!begins(header, end, header.length, NEW_LINE)) {
        return false;
      }
      at = end + NEW_LINE.length;
    }
    return false;
  }

  /// Where a line ends: at `\r\n` or `\n`, or with all.
  private int endOfLine(int from) {
    int at = from;
    while (at < header.length && header[at] != FEED) {
      at++;
    }
    return at > from && at < header.length && header[at - 1] == CARRIAGE ? at - 1 : at;
  }

  private int afterLine(int end) {
    int at = end;
    while (at < header.length && header[at] != FEED) {
      at++;
    }
    return Math.min(at + 1, header.length);
  }

  private int endOfName(int from) {
    int at = from;
    while (at < header.length && header[at] > ' ' && header[at] < 127 && header[at] != ':') {
      at++;
    }
    return at;
  }

  private static boolean isText(byte one) {
    return (one >= ' ' && one < 127) || one == '\t';
  }

  private static boolean isDigit(byte one) {
    return one >= '0' && one <= '9';
  }

  private static boolean begins(byte[] bytes, int at, int length, byte[] with) {
    return length - at >= with.length
        && Arrays.equals(bytes, at, at + with.length, with, 0, with.length);
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int at = 0; at + part.length <= bytes.length; at++) {
      if (begins(bytes, at, bytes.length, part)) {
        return true;
      }
    }
    return false;
  }

  private void emit(byte[] bytes, int from, int count) {
    if (outTo + count > out.length) {
      out = Arrays.copyOf(out, Math.max(2 * out.length, outTo + count));
    }
    System.arraycopy(bytes, from, out, outTo, count);
    outTo += count;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
