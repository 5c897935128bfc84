package dev.tocsin.websocket;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Inflates the messages of all clients of an event loop, one whole message at a time: since no client
/// keeps its context, none needs a window of its own (RFC 7692, section 7.2.2). Belongs to the event
/// loop.
final class MessageInflater {

  /// How much is inflated for one connection before the loop looks after the others.
  private static final int TURN_BYTES = 1 << 20;

  private static final int MIN_BYTES = 64;
  private static final int USUAL_RATIO = 4;

  /// What a sender leaves out at the end of each message.
  private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

  private @Nullable Inflater inflater;
  private long turnBytes;

  /// How many bytes a compressed message may have if it may have `maxBytes` when inflated: what cannot be
  /// compressed becomes a little longer.
  static int maxDeflatedBytes(int maxBytes) {
    return maxBytes + maxBytes / 16 + MIN_BYTES;
  }

  /// Another connection has its turn.
  void beginTurn() {
    turnBytes = 0;
  }

  /// Whether the connection at hand has had its share of the loop.
  boolean isTurnOver() {
    return turnBytes >= TURN_BYTES;
  }

  /// Inflates one message, no further than the bound.
  ///
  /// @return `null` when there is more than `maxBytes`
  /// @throws DataFormatException when that is no compressed message
  byte @Nullable [] inflate(byte[] deflated, int size, int maxBytes) throws DataFormatException {
    Inflater inflating = inflater();
    inflating.reset();
    inflating.setInput(deflated, 0, size);
    long guess = (long) USUAL_RATIO * size;
    byte[] out = new byte[Math.clamp(guess, Math.min(MIN_BYTES, maxBytes + 1), maxBytes + 1)];
    int length = 0;
    boolean tailGiven = false;
    while (true) {
      int more = inflating.inflate(out, length, out.length - length);
      length += more;
      turnBytes += more;
      if (length > maxBytes) {
        return null;
      }
      if (length == out.length) {
        out = Arrays.copyOf(out, (int) Math.min(2L * length, maxBytes + 1L));
      } else if (inflating.finished()) {
        int rest = inflating.getRemaining();
        if (tailGiven || rest == 0) {
          break;
        }
        // A final block does not end the message (section 7.2.3.4).
        inflating.reset();
        inflating.setInput(deflated, size - rest, rest);
      } else if (!inflating.needsInput()) {
        throw new DataFormatException("no progress");
      } else if (tailGiven) {
        break;
      } else {
        inflating.setInput(TAIL);
        tailGiven = true;
      }
    }
    return length == out.length ? out : Arrays.copyOf(out, length);
  }

  private Inflater inflater() {
    Inflater present = inflater;
    if (present == null) {
      present = new Inflater(true);
      inflater = present;
    }
    return present;
  }
}
