package dev.tocsin.hub;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The idempotency keys of the last while, in memory. Unsynchronised.
///
/// The while goes by monotonic time, so that no key is forgotten because a clock was set. When the keys
/// would take more memory than they may, the oldest are forgotten early: a producer repeats what got no
/// answer within seconds, and to refuse new keys instead would stop everybody who uses them.
final class RecentKeys {

  private static final Logger LOG = LoggerFactory.getLogger(RecentKeys.class);

  /// What a key costs beside its text: its entry, digest, result and timestamp.
  static final int KEY_BYTES = 350;

  private static final long WARNING_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Map<String, Use> uses = new LinkedHashMap<>();
  private final long windowNanos;
  private final long maxBytes;
  private final LongSupplier nanoTime;
  private long bytes;
  private long quietUntilNanos;

  private record Use(IdempotencyKey key, AppendResult.Stored result, long sinceNanos) {

    long bytes() {
      return KEY_BYTES + 2L * key.key().length();
    }
  }

  /// @param maxBytes what the keys may take
  /// @param nanoTime monotonic, see [System#nanoTime]
  RecentKeys(Duration window, long maxBytes, LongSupplier nanoTime) {
    // Of a time that is too long, as long as can be said.
    this.windowNanos = TimeUnit.NANOSECONDS.convert(window);
    this.maxBytes = maxBytes;
    this.nanoTime = nanoTime;
    this.quietUntilNanos = nanoTime.getAsLong();
  }

  /// What an earlier publish under this key is answered with, or `null` when there was none.
  @Nullable AppendResult find(@Nullable IdempotencyKey key) {
    if (key == null) {
      return null;
    }
    forgetExpired();
    Use use = uses.get(key.key());
    if (use == null) {
      return null;
    }
    return key.isOfSameBody(use.key.bodyDigest()) ? use.result : new AppendResult.Conflict();
  }

  void remember(@Nullable IdempotencyKey key, AppendResult.Stored result) {
    if (key != null) {
      Use use = new Use(key, result, nanoTime.getAsLong());
      uses.put(key.key(), use);
      bytes += use.bytes();
      forgetBeyondBound();
    }
  }

  private void forgetExpired() {
    long now = nanoTime.getAsLong();
    Iterator<Use> oldest = uses.values().iterator();
    while (oldest.hasNext()) {
      Use use = oldest.next();
      if (now - use.sinceNanos < windowNanos) {
        return;
      }
      bytes -= use.bytes();
      oldest.remove();
    }
  }

  private void forgetBeyondBound() {
    Iterator<Use> oldest = uses.values().iterator();
    while (bytes > maxBytes && oldest.hasNext()) {
      Use use = oldest.next();
      bytes -= use.bytes();
      oldest.remove();
      warn(nanoTime.getAsLong() - use.sinceNanos);
    }
  }

  private void warn(long ageNanos) {
    long now = nanoTime.getAsLong();
    if (now - quietUntilNanos >= 0) {
      quietUntilNanos = now + WARNING_NANOS;
      LOG.atWarn()
          .addKeyValue("remembered_for", Duration.ofNanos(ageNanos))
          .addKeyValue("keys", uses.size())
          .log(
              "idempotency keys are forgotten before their time: there are more than the memory for"
                  + " them holds");
    }
  }
}
