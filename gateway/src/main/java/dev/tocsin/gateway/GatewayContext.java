package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.http.HttpContext;
import dev.tocsin.http.Site;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.Hub;
import dev.tocsin.websocket.WebSocketCounters;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What all connections of a gateway share. Safe for any thread.
///
/// @param http what they share as connections
/// @param hub what events go into
/// @param access who may come in
/// @param catalogPages the answers about the catalog, which never change
/// @param descriptions the catalog as other tools read it
/// @param webSockets counts them
/// @param streams counts them, by their kind
/// @param rates how fast the hub works
/// @param metrics the figures for Prometheus
/// @param replayRoom what the pages of lagging WebSockets may take up
/// @param rosters who is connected
/// @param site the files that browsers get
/// @param historyCount history answers that are being made or sent
/// @param stallMillis how long a WebSocket may take none of the bytes that wait for it
/// @param cloudEvents reads them
/// @param source what CloudEvents say where they come from; `null` for what is usual
/// @param durability what the log's acknowledgements mean; empty when it ends with the process
/// @param deflate which messages are compressed for those who want it
/// @param hooks takes what other systems post
record GatewayContext(
    HttpContext http,
    Hub hub,
    AccessControl access,
    CatalogPages catalogPages,
    DescriptionPages descriptions,
    WebSocketCounters webSockets,
    Map<StreamKind, StreamCounters> streams,
    Rates rates,
    MetricsPages metrics,
    ReplayRoom replayRoom,
    Rosters rosters,
    Site site,
    AtomicInteger historyCount,
    long stallMillis,
    CloudEvents cloudEvents,
    @Nullable String source,
    Optional<Durability> durability,
    DeflateSettings deflate,
    Hooks hooks) {

  GatewayContext {
    streams = Collections.unmodifiableMap(new EnumMap<>(streams));
  }

  /// Counts the streams of a kind.
  StreamCounters streams(StreamKind kind) {
    return Objects.requireNonNull(streams.get(kind));
  }

  /// Nobody is connected yet.
  static GatewayContext of(HttpContext http, Hub hub, GatewaySettings settings) {
    AccessControl access = AccessControl.of(settings.access(), System::nanoTime);
    WebSocketCounters webSockets = new WebSocketCounters();
    Map<StreamKind, StreamCounters> streams = StreamCounters.ofEveryKind();
    return new GatewayContext(
        http,
        hub,
        access,
        new CatalogPages(hub.catalog()),
        new DescriptionPages(hub.catalog()),
        webSockets,
        streams,
        new Rates(hub::stats),
        new MetricsPages(
            () -> MetricsPage.of(hub, access, webSockets, streams, settings.hooks()),
            MetricsPages.thread()),
        new ReplayRoom(),
        new Rosters(),
        WebPages.of(settings.console()),
        new AtomicInteger(),
        settings.stallTimeout().toMillis(),
        new CloudEvents(hub.catalog()),
        settings.source(),
        hub.log().figures().durability(),
        settings.deflate(),
        settings.hooks());
  }

  /// Tells the timestamps of the server's own messages.
  InstantSource clock() {
    return http.clock();
  }

  /// How long the gateway has been running.
  long uptimeMillis() {
    return http.uptimeMillis();
  }

  boolean isStopping() {
    return http.isStopping();
  }
}
