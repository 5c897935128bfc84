package dev.tocsin.bridges;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counts what a bridge does. Safe for any thread; its lock is held for an addition.
final class BridgeFigures {

  /// How much of a message is kept as an example, in bytes.
  static final int MAX_EXAMPLE = 1_000;

  private static final int MAX_SENTENCE = 1_000;

  private final InstantSource clock;

  // guarded by this
  private long received;
  private long published;
  private @Nullable Instant lastReceived;
  private final Map<String, Long> ignored = new HashMap<>();
  private final Map<String, BridgeStanding.Refusal> refused = new HashMap<>();

  BridgeFigures(InstantSource clock) {
    this.clock = clock;
  }

  synchronized void noteReceived() {
    received++;
    lastReceived = clock.instant();
  }

  synchronized void notePublished() {
    published++;
  }

  synchronized void noteIgnored(Reason reason) {
    ignored.merge(reason.code(), 1L, Long::sum);
  }

  /// Notes a refusal.
  ///
  /// @param message what was refused; empty for what is not worth repeating
  synchronized void noteRefused(Reason reason, String sentence, byte[] message) {
    int length = Math.min(message.length, MAX_EXAMPLE);
    String example = new String(message, 0, length, StandardCharsets.UTF_8);
    String words =
        sentence.length() <= MAX_SENTENCE ? sentence : sentence.substring(0, MAX_SENTENCE) + "…";
    long before = refused.containsKey(reason.code()) ? refused.get(reason.code()).count() : 0;
    refused.put(
        reason.code(),
        new BridgeStanding.Refusal(
            reason.code(),
            before + 1,
            words,
            length < message.length ? example + "…" : example,
            clock.instant()));
  }

  synchronized BridgeStanding of(BridgeSettings bridge) {
    List<BridgeStanding.Refusal> refusals = new ArrayList<>(refused.values());
    refusals.sort(Comparator.comparing(BridgeStanding.Refusal::reason));
    return new BridgeStanding(
        bridge.name(),
        bridge.kind(),
        HookPlace.path(bridge),
        received,
        published,
        ignored,
        refusals,
        lastReceived);
  }
}
