package dev.tocsin.gateway;

import dev.tocsin.hub.Pass;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Tickets: random texts that stand for a credential once, for a short while, so that a URL can carry them where no header can.
/// Safe for any thread.
final class Tickets {

  /// How long a ticket is good.
  static final int LIFE_SECONDS = 30;

  /// How many may be out at a time.
  static final int MAX_OUT = 100_000;

  private static final int RANDOM_BYTES = 32;

  private final SecureRandom random = new SecureRandom();
  private final LongSupplier nanoTime;

  // guarded by this; in the order in which they were made, by their digests, so that looking one up
  // tells nothing of others
  private final Map<ByteBuffer, Ticket> out = new LinkedHashMap<>();

  private record Ticket(Pass pass, long endNanos) {}

  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  Tickets(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Makes a ticket.
  ///
  /// @return empty when too many are out
  Optional<String> issue(Pass pass) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    long now = nanoTime.getAsLong();
    synchronized (this) {
      forgetOld(now);
      if (out.size() >= MAX_OUT) {
        return Optional.empty();
      }
      out.put(digest(text), new Ticket(pass, now + TimeUnit.SECONDS.toNanos(LIFE_SECONDS)));
    }
    return Optional.of(text);
  }

  /// Takes a ticket in: it is worth nothing after this.
  ///
  /// @return empty when it is none, was used before, or is too old
  Optional<Pass> redeem(String text) {
    ByteBuffer digest = digest(text);
    synchronized (this) {
      forgetOld(nanoTime.getAsLong());
      return Optional.ofNullable(out.remove(digest)).map(Ticket::pass);
    }
  }

  private void forgetOld(long now) {
    Iterator<Ticket> oldest = out.values().iterator();
    while (oldest.hasNext() && oldest.next().endNanos() - now <= 0) {
      oldest.remove();
    }
  }

  private static ByteBuffer digest(String text) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
