package dev.tocsin.gateway;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Cuts a stream of bytes into lines, holding no more than one line of the greatest length.
///
/// Lines end with LF or CR LF and count from 1; those with nothing but white space are passed over.
final class LineSplitter {

  private static final byte LF = '\n';

  private final int maxBytes;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private long number = 1;
  private boolean overlong;

  /// Takes the lines.
  interface LineConsumer {

    /// Takes one line.
    ///
    /// @param line without its end; `null` when it was longer than it may be
    void line(long number, byte @Nullable [] line);
  }

  LineSplitter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /// Takes the next piece of the stream, or what was left of it.
  ///
  /// @param goesOn asked before each line; when it says no, the rest of the piece is left
  void split(ByteBuf piece, LineConsumer consumer, BooleanSupplier goesOn) {
    while (piece.isReadable() && goesOn.getAsBoolean()) {
      int length = piece.bytesBefore(LF);
      if (length < 0) {
        append(piece, piece.readableBytes());
        return;
      }
      if (partial.size() == 0 && !overlong && length <= maxBytes) {
        byte[] line = new byte[length];
        piece.readBytes(line);
        finish(line, consumer);
      } else {
        append(piece, length);
        finish(consumer);
      }
      piece.skipBytes(1);
    }
  }

  /// How many bytes of a line that is not complete are held.
  int heldBytes() {
    return partial.size();
  }

  /// The stream has ended; what is left is the last line.
  void end(LineConsumer consumer) {
    finish(consumer);
  }

  /// One byte more than a line may have is let in: it can be the CR before the LF.
  private void append(ByteBuf piece, int length) {
    if (overlong || partial.size() + length > maxBytes + 1) {
      overlong = true;
      partial.reset();
      piece.skipBytes(length);
      return;
    }
    byte[] bytes = new byte[length];
    piece.readBytes(bytes);
    partial.writeBytes(bytes);
  }

  private void finish(LineConsumer consumer) {
    finish(partial.toByteArray(), consumer);
  }

  private void finish(byte[] ended, LineConsumer consumer) {
    byte[] line = withoutReturn(ended);
    if (overlong || line.length > maxBytes) {
      consumer.line(number, null);
    } else if (!isBlank(line)) {
      consumer.line(number, line);
    }
    number++;
    overlong = false;
    partial.reset();
  }

  private static byte[] withoutReturn(byte[] line) {
    boolean returned = line.length > 0 && line[line.length - 1] == '\r';
    return returned ? Arrays.copyOf(line, line.length - 1) : line;
  }

  private static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
