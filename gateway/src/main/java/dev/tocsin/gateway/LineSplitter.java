package dev.tocsin.gateway;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/// Cuts a stream of bytes into lines, holding no more than one line of the greatest length.
///
/// Lines end with LF or CR LF and count from 1; those with nothing but white space are passed over.
final class LineSplitter implements Splitter {

  private static final byte LF = '\n';

  private final int maxBytes;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private long number = 1;
  private boolean overlong;

  LineSplitter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public void split(ByteBuf piece, Consumer consumer, BooleanSupplier goesOn) {
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

  @Override
  public int heldBytes() {
    return partial.size();
  }

  /// What is left is the last line.
  @Override
  public void end(Consumer consumer) {
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

  private void finish(Consumer consumer) {
    finish(partial.toByteArray(), consumer);
  }

  private void finish(byte[] ended, Consumer consumer) {
    byte[] line = withoutReturn(ended);
    if (overlong || line.length > maxBytes) {
      consumer.text(number, null);
    } else if (!isBlank(line)) {
      consumer.text(number, line);
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
