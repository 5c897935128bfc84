package dev.tocsin.jetstream;

import io.nats.client.impl.SocketDataPortWithWriteTimeout;
import java.io.IOException;

/// The socket of a connection, as the library would have it (a write that takes too long ends it), of which the library reads
/// what it can read ([HeaderSieve]). Public because the library makes it by its name. Reads on one thread.
public final class SievedDataPort extends SocketDataPortWithWriteTimeout {

  private static final int READ_BYTES = 64 << 10;

  private final HeaderSieve sieve = new HeaderSieve();
  private final byte[] taken = new byte[READ_BYTES];

  @Override
  public int read(byte[] to, int at, int atMost) throws IOException {
    while (!sieve.hasAny()) {
      int count = super.read(taken, 0, taken.length);
      if (count <= 0) {
        return count;
      }
      sieve.take(taken, count);
    }
    return sieve.give(to, at, atMost);
  }
}
