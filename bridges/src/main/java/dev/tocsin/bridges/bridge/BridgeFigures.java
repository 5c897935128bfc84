package dev.tocsin.bridges.bridge;

import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.Excerpt;
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
public final class BridgeFigures {

  /// How much of a message is kept as an example, in bytes.
  static final int MAX_EXAMPLE = 1_000;

  private static final int MAX_SENTENCE = 1_000;

  private static final BridgeStanding.Link UP = new BridgeStanding.Link(true, "");

  private final InstantSource clock;

  // guarded by this
  private long received;
  private long published;
  private @Nullable Instant lastReceived;
  private final Map<String, Long> ignored = new HashMap<>();
  private final Map<String, BridgeStanding.Refusal> refused = new HashMap<>();
  private BridgeStanding.@Nullable Link link;
  private BridgeStanding.@Nullable Out out;
  private BridgeStanding.@Nullable Trouble lastError;

  /// Figures of a bridge that has done nothing yet.
  public BridgeFigures(InstantSource clock) {
    this.clock = clock;
  }

  /// Notes that a message has come.
  public synchronized void noteReceived() {
    received++;
    lastReceived = clock.instant();
  }

  synchronized void notePublished() {
    published++;
  }

  /// Notes that a message was passed over.
  public synchronized void noteIgnored(Reason reason) {
    ignored.merge(reason.code(), 1L, Long::sum);
  }

  /// Notes a refusal.
  ///
  /// @param message what was refused; empty for what is not worth repeating
  public synchronized void noteRefused(Reason reason, String sentence, byte[] message) {
    int length = Math.min(message.length, MAX_EXAMPLE);
    String example = new String(message, 0, length, StandardCharsets.UTF_8);
    long before = refused.containsKey(reason.code()) ? refused.get(reason.code()).count() : 0;
    refused.put(
        reason.code(),
        new BridgeStanding.Refusal(
            reason.code(),
            before + 1,
            cut(sentence),
            length < message.length ? example + "…" : example,
            clock.instant()));
  }

  /// Notes that the other side is there.
  ///
  /// @return whether it was not before
  public synchronized boolean noteUp() {
    boolean isNews = link == null || !link.isUp();
    link = UP;
    return isNews;
  }

  /// Notes that the other side is not there.
  ///
  /// @return whether it was before, or nobody knew: so it is told once, not at each attempt
  public synchronized boolean noteDown(String sentence) {
    boolean isNews = link == null || link.isUp();
    link = new BridgeStanding.Link(false, cut(sentence));
    noteError(sentence);
    return isNews;
  }

  /// Notes what went wrong.
  public synchronized void noteError(String sentence) {
    lastError = new BridgeStanding.Trouble(cut(sentence), clock.instant());
  }

  /// Notes how far a bridge has come that sends out.
  public synchronized void noteOut(BridgeStanding.Out now) {
    out = now;
  }

  private static String cut(String sentence) {
    return Excerpt.of(sentence, MAX_SENTENCE);
  }

  /// How the bridge fares whose figures these are.
  public synchronized BridgeStanding of(BridgeSettings bridge) {
    List<BridgeStanding.Refusal> refusals = new ArrayList<>(refused.values());
    refusals.sort(Comparator.comparing(BridgeStanding.Refusal::reason));
    return new BridgeStanding(
        bridge.name(),
        bridge.kind(),
        bridge.place(),
        link,
        received,
        published,
        ignored,
        refusals,
        lastReceived,
        out,
        lastError);
  }
}
