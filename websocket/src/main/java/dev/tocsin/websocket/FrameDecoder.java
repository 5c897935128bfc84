package dev.tocsin.websocket;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/// Makes messages of the bytes that a client sends (RFC 6455, section 5), wherever those are cut.
///
/// A fault is told as soon as the byte that makes it has come: no more of a frame is waited for than its
/// header to see that it is too long, and a text is known not to be UTF-8 within its fragments. After a
/// fault, and after a close frame, nothing is decoded.
///
/// Between two messages it holds nothing but a few numbers; there are as many of these as connections.
/// A message that is not complete takes at most twice the bytes that have come of it, however long
/// its header says that it will be. One that comes compressed (RFC 7692) is inflated when it is complete,
/// no further than its bound. Belongs to the event loop.
final class FrameDecoder {

  /// Takes what the frames say.
  interface Sink {

    /// A text message, which is UTF-8; the array is the sink's.
    void text(byte[] message);

    /// A binary message; the array is the sink's.
    void binary(byte[] message);

    void ping(byte[] payload);

    void pong();

    /// The close frame, which is in order.
    ///
    /// @param code [CloseCodes#NONE] when it has none
    void closed(int code);

    /// The client has broken the protocol or a bound.
    void fault(int code, String sentence);

    /// Whether the next frame may be decoded now.
    boolean takesMore();
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] EMPTY = {};

  private static final int FINAL = 0x80;
  private static final int RESERVED = 0x70;
  private static final int DEFLATED = 0x40;
  private static final int OPCODE = 0x0F;
  private static final int CONTROL = 0x08;
  private static final int MASKED = 0x80;

  private static final int CONTINUATION = 0x0;
  private static final int TEXT = 0x1;
  private static final int BINARY = 0x2;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;

  private static final int MAX_CONTROL_BYTES = 125;
  private static final int SHORT_LENGTH = 126;
  private static final int MAX_SHORT_LENGTH = 0xFFFF;

  private enum Phase {
    FIRST_BYTE,
    SECOND_BYTE,
    SHORT_LENGTH,
    LONG_LENGTH,
    MASK,
    PAYLOAD,
    STOPPED
  }

  private final Sink sink;
  private final FrameLimits limits;
  private final @Nullable MessageInflater inflater;

  private Phase phase = Phase.FIRST_BYTE;

  /// The first byte of the frame.
  private int first;

  /// Bytes of the field at hand that have not come: of the length, or of the mask.
  private int missing;

  /// What has come of the length, then what is still to come of the payload.
  private long length;

  /// The mask, its next byte lowest.
  private int mask;

  /// The control frame at hand, which may come in the middle of a message.
  private byte[] control = EMPTY;

  // see System.nanoTime
  private long readNanos;

  /// When those were read with which the message at hand, or the next one, begins.
  private long messageNanos;

  // the message at hand
  /// Its first byte, 0 when there is none.
  private int kind;

  private byte[] message = EMPTY;
  private int size;
  private int fragments;
  private int utf8;

  /// A decoder in front of the first frame.
  ///
  /// @param inflater inflates compressed messages; `null` when there must be none
  FrameDecoder(Sink sink, FrameLimits limits, @Nullable MessageInflater inflater) {
    this.sink = sink;
    this.limits = limits;
    this.inflater = inflater;
  }

  /// Decodes, as long as there are bytes and the sink takes more.
  void decode(ByteBuf bytes) {
    while (bytes.isReadable() && (phase != Phase.FIRST_BYTE || sink.takesMore())) {
      switch (phase) {
        case FIRST_BYTE -> begin(bytes.readUnsignedByte());
        case SECOND_BYTE -> beginLength(bytes.readUnsignedByte());
        case SHORT_LENGTH, LONG_LENGTH -> readLength(bytes.readUnsignedByte());
        case MASK -> readMask(bytes.readUnsignedByte());
        case PAYLOAD -> readPayload(bytes);
        case STOPPED -> bytes.skipBytes(bytes.readableBytes());
      }
    }
  }

  /// Bytes were read, which are the next to be decoded.
  ///
  /// @param nanos when, see [System#nanoTime]
  void noteRead(long nanos) {
    readNanos = nanos;
    if (heldBytes() == 0) {
      messageNanos = nanos;
    }
  }

  /// When the first byte of the message was read that has just been told. To be asked once for each.
  long takeMessageNanos() {
    long read = messageNanos;
    // What follows in the same bytes.
    messageNanos = readNanos;
    return read;
  }

  /// How many bytes it holds of a message that is not complete.
  int heldBytes() {
    return message.length + control.length;
  }

  /// From now on nothing is decoded, and what there was of a message is let go.
  void stop() {
    phase = Phase.STOPPED;
    control = EMPTY;
    letGo();
  }

  private void fault(int code, String sentence) {
    stop();
    sink.fault(code, sentence);
  }

  private void broken(String sentence) {
    fault(CloseCodes.PROTOCOL_ERROR, sentence);
  }

  private void begin(int firstByte) {
    first = firstByte;
    int opcode = firstByte & OPCODE;
    boolean mayBeDeflated = inflater != null && (opcode == TEXT || opcode == BINARY);
    if ((firstByte & RESERVED) != 0 && !(mayBeDeflated && (firstByte & RESERVED) == DEFLATED)) {
      broken("A reserved bit is set, and no extension gives it a meaning here");
    } else if ((opcode > BINARY && opcode < CLOSE) || opcode > PONG) {
      broken("There is no opcode " + opcode);
    } else if (isControl() && !isFinal()) {
      broken("A control frame must not be fragmented");
    } else if (opcode == CONTINUATION && kind == 0) {
      broken("There is no message to be continued");
    } else if ((opcode == TEXT || opcode == BINARY) && kind != 0) {
      broken("A message begins before the last one has ended");
    } else {
      phase = Phase.SECOND_BYTE;
    }
  }

  private void beginLength(int secondByte) {
    int told = secondByte & 0x7F;
    if ((secondByte & MASKED) == 0) {
      broken("A client has to mask its frames");
    } else if (isControl() && told > MAX_CONTROL_BYTES) {
      broken("A control frame must not be longer than 125 bytes");
    } else if (told <= MAX_CONTROL_BYTES) {
      length = told;
      judgeLength();
    } else {
      length = 0;
      missing = told == SHORT_LENGTH ? Short.BYTES : Long.BYTES;
      phase = told == SHORT_LENGTH ? Phase.SHORT_LENGTH : Phase.LONG_LENGTH;
    }
  }

  private void readLength(int next) {
    length = (length << 8) | next;
    missing--;
    if (missing > 0) {
      return;
    }
    if (length < 0) {
      broken("A length must not be negative");
    } else if (length <= (phase == Phase.SHORT_LENGTH ? MAX_CONTROL_BYTES : MAX_SHORT_LENGTH)) {
      broken("A length has to be told in the shortest form");
    } else {
      judgeLength();
    }
  }

  private void judgeLength() {
    if (!isControl() && length > maxBytes() - size) {
      tooBig();
    } else if (!isControl() && ++fragments > limits.fragments()) {
      fault(
          CloseCodes.MESSAGE_TOO_BIG,
          "A message has more than " + limits.fragments() + " fragments");
    } else {
      mask = 0;
      missing = Integer.BYTES;
      phase = Phase.MASK;
    }
  }

  private void readMask(int next) {
    mask = (mask >>> 8) | (next << 24);
    missing--;
    if (missing > 0) {
      return;
    }
    phase = Phase.PAYLOAD;
    if (isControl()) {
      control = length == 0 ? EMPTY : new byte[(int) length];
    } else if (kind == 0) {
      kind = first;
      utf8 = Utf8.COMPLETE;
    }
    if (length == 0) {
      endFrame();
    }
  }

  private void readPayload(ByteBuf bytes) {
    int come = (int) Math.min(bytes.readableBytes(), length);
    if (isControl()) {
      take(bytes, control, control.length - (int) length, come);
    } else {
      makeRoom(come);
      take(bytes, message, size, come);
      if (isText() && !isDeflated()) {
        utf8 = Utf8.follow(utf8, message, size, size + come);
      }
      size += come;
    }
    length -= come;
    if (utf8 == Utf8.INVALID) {
      notUtf8();
    } else if (length == 0) {
      endFrame();
    }
  }

  private void take(ByteBuf bytes, byte[] target, int at, int count) {
    bytes.readBytes(target, at, count);
    unmask(target, at, at + count, mask);
    mask = Integer.rotateRight(mask, Byte.SIZE * (count & 3));
  }

  /// Takes the mask off, eight bytes at a time.
  private static void unmask(byte[] bytes, int from, int to, int mask) {
    long wide = (Integer.toUnsignedLong(mask) << Integer.SIZE) | Integer.toUnsignedLong(mask);
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
    }
    for (; at < to; at++, wide >>>= Byte.SIZE) {
      bytes[at] ^= (byte) wide;
    }
  }

  /// Makes room for bytes that have come. The array is doubled, so that a message in many pieces is
  /// not copied with each of them, but is no larger than the message where its end is known.
  private void makeRoom(int come) {
    int needed = size + come;
    if (needed <= message.length) {
      return;
    }
    long end = isFinal() ? size + length : maxBytes();
    message = Arrays.copyOf(message, (int) Math.clamp(2L * message.length, needed, end));
  }

  private void endFrame() {
    phase = Phase.FIRST_BYTE;
    if (isControl()) {
      byte[] payload = control;
      control = EMPTY;
      endControl(payload);
    } else if (isFinal()) {
      endMessage();
    }
  }

  private void endMessage() {
    byte[] whole = isDeflated() ? inflated() : come();
    if (whole == null) {
      return;
    }
    if (utf8 != Utf8.COMPLETE) {
      notUtf8();
      return;
    }
    boolean text = isText();
    letGo();
    if (text) {
      sink.text(whole);
    } else {
      sink.binary(whole);
    }
  }

  private byte[] come() {
    return size == message.length ? message : Arrays.copyOf(message, size);
  }

  /// The message at hand, or `null` after a fault.
  private byte @Nullable [] inflated() {
    try {
      byte[] whole = requireNonNull(inflater).inflate(message, size, limits.messageBytes());
      if (whole == null) {
        tooBig();
      } else if (isText()) {
        utf8 = Utf8.follow(Utf8.COMPLETE, whole, 0, whole.length);
      }
      return whole;
    } catch (DataFormatException e) {
      broken("A compressed message cannot be inflated");
      return null;
    }
  }

  private void endControl(byte[] payload) {
    switch (first & OPCODE) {
      case PING -> sink.ping(payload);
      case PONG -> sink.pong();
      default -> endClose(payload);
    }
  }

  private void endClose(byte[] payload) {
    if (payload.length == 0) {
      stop();
      sink.closed(CloseCodes.NONE);
      return;
    }
    int code = payload.length < 2 ? 0 : (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    if (payload.length < 2) {
      broken("A close frame has no code or one of two bytes");
    } else if (!CloseCodes.mayBeSent(code)) {
      broken("There is no close code " + code);
    } else if (Utf8.follow(Utf8.COMPLETE, payload, 2, payload.length) != Utf8.COMPLETE) {
      fault(CloseCodes.INVALID_UTF8, "The reason is not UTF-8");
    } else {
      stop();
      sink.closed(code);
    }
  }

  private void tooBig() {
    fault(
        CloseCodes.MESSAGE_TOO_BIG, "A message is larger than " + limits.messageBytes() + " bytes");
  }

  /// How many bytes the message at hand, or the one that begins, may have as it comes.
  private int maxBytes() {
    boolean deflated = ((kind == 0 ? first : kind) & DEFLATED) != 0;
    return deflated
        ? MessageInflater.maxDeflatedBytes(limits.messageBytes())
        : limits.messageBytes();
  }

  private boolean isDeflated() {
    return (kind & DEFLATED) != 0;
  }

  private void notUtf8() {
    fault(CloseCodes.INVALID_UTF8, "A text message is not UTF-8");
  }

  private void letGo() {
    message = EMPTY;
    size = 0;
    fragments = 0;
    kind = 0;
    utf8 = Utf8.COMPLETE;
  }

  private boolean isControl() {
    return (first & CONTROL) != 0;
  }

  private boolean isFinal() {
    return (first & FINAL) != 0;
  }

  private boolean isText() {
    return (kind & OPCODE) == TEXT;
  }
}
