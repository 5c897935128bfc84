package dev.tocsin.gateway;

import dev.tocsin.hub.Hub;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// What all connections of a gateway share. Safe for any thread.
///
/// @param hub what events go into
/// @param clock tells the timestamps of the server's own messages
/// @param nanoTime a clock that never goes backwards, in nanoseconds: it measures silence
/// @param browserRules who may use the hub from a web page
/// @param catalogPages the answers about the catalog, which never change
/// @param startNanos when the gateway was started, on the clock of `nanoTime`
/// @param maxConnections how many sockets may be open at once
/// @param connectionCount sockets that are open
/// @param replayRoom what the pages of lagging WebSockets may take up
/// @param historyCount history answers that are being made or sent
/// @param stallMillis how long a WebSocket may take none of the bytes that wait for it
/// @param deflates whether messages are compressed for those who want it
/// @param deflateThresholdBytes the shortest message that is compressed
/// @param stopping set once, when the gateway begins to stop
record GatewayContext(
    Hub hub,
    InstantSource clock,
    LongSupplier nanoTime,
    BrowserRules browserRules,
    CatalogPages catalogPages,
    long startNanos,
    int maxConnections,
    AtomicInteger connectionCount,
    ReplayRoom replayRoom,
    AtomicInteger historyCount,
    long stallMillis,
    boolean deflates,
    int deflateThresholdBytes,
    AtomicBoolean stopping) {

  /// The time on the clock that never goes backwards.
  long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
  }

  /// How long the gateway has been running.
  long uptimeMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startNanos);
  }

  boolean isStopping() {
    return stopping.get();
  }
}
