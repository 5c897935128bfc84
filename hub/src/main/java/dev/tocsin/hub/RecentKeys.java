package dev.tocsin.hub;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The idempotency keys of the last while, in memory. Unsynchronised.
final class RecentKeys {

  /// How many keys are remembered; beyond it the oldest are forgotten early.
  private static final int MAX_KEYS = 1_000_000;

  private final Map<String, Use> uses = new LinkedHashMap<>();
  private final long windowMillis;
  private final InstantSource clock;

  private record Use(IdempotencyKey key, AppendResult.Stored result, long expiresAtMillis) {}

  RecentKeys(Duration window, InstantSource clock) {
    this.windowMillis = window.toMillis();
    this.clock = clock;
  }

  /// What an earlier publish under this key is answered with, or `null` when there was none.
  @Nullable AppendResult find(@Nullable IdempotencyKey key) {
    forgetExpired();
    Use use = key == null ? null : uses.get(key.key());
    if (key == null || use == null) {
      return null;
    }
    return key.isOfSameBody(use.key.bodyDigest()) ? use.result : new AppendResult.Conflict();
  }

  void remember(@Nullable IdempotencyKey key, AppendResult.Stored result) {
    if (key != null) {
      uses.put(key.key(), new Use(key, result, clock.millis() + windowMillis));
    }
  }

  private void forgetExpired() {
    long now = clock.millis();
    Iterator<Use> oldest = uses.values().iterator();
    while (oldest.hasNext() && (oldest.next().expiresAtMillis <= now || uses.size() > MAX_KEYS)) {
      oldest.remove();
    }
  }
}
