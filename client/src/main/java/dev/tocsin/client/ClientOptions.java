package dev.tocsin.client;

import dev.tocsin.events.EventCatalog;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What an application may decide about its [TocsinClient]. Begin with [#of].
///
/// @param uri the server: `ws://host:port/ws/events`; `http` and `https` are taken for `ws` and
///     `wss`, and a missing path for `/ws/events`
/// @param patterns what to subscribe to from the first event on; none for everything
/// @param firstDelay the bound of the first reconnection's random delay; it doubles with each
///     attempt that fails
/// @param longestDelay where the doubling ends. A connection that lasts as long begins anew
/// @param silenceLimit after how long a silence the server is taken for dead
/// @param random draws the delays; used by one thread at a time
/// @param catalog the event types of [TocsinClient#on] and of publishing payload records
/// @param http opens the sockets, for instance with certificates of its own; best with an executor
///     that runs its tasks at once; `null` for a plain one
/// @param scheduler runs the client's inner work, all of it short; `null` for a daemon thread of
///     its own. It is not shut down by the client
/// @param since the sequence behind which the first connection begins; `null` for the next event.
///     Later connections go on where the one before was
public record ClientOptions(
    URI uri,
    List<String> patterns,
    Duration firstDelay,
    Duration longestDelay,
    Duration silenceLimit,
    RandomGenerator random,
    EventCatalog catalog,
    @Nullable HttpClient http,
    @Nullable ScheduledExecutorService scheduler,
    @Nullable Long since) {

  private static final String PATH = "/ws/events";

  /// @throws IllegalArgumentException when the URI is none of a server, or a delay is not positive
  public ClientOptions {
    uri = webSocketUri(uri);
    patterns = List.copyOf(patterns);
    requirePositive(firstDelay);
    requirePositive(longestDelay);
    requirePositive(silenceLimit);
  }

  private static void requirePositive(Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException("not a positive duration: " + duration);
    }
  }

  private static URI webSocketUri(URI uri) {
    String scheme =
        switch (Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT)) {
          case "ws", "http" -> "ws";
          case "wss", "https" -> "wss";
          default ->
              throw new IllegalArgumentException(
                  "\"" + uri + "\" is no address of a server: it begins with ws:// or http://");
        };
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("\"" + uri + "\" names no host");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "\"" + uri + "\" has a query, which the client makes by itself");
    }
    String path = Objects.requireNonNullElse(uri.getRawPath(), "");
    return URI.create(
        scheme
            + "://"
            + uri.getRawAuthority()
            + (path.isEmpty() || path.equals("/") ? PATH : path));
  }

  /// Everything from this server, with delays of 0.5 s to 30 s and a silence limit of 60 s.
  ///
  /// @throws IllegalArgumentException when the URI is none of a server
  public static ClientOptions of(URI uri) {
    return new ClientOptions(
        uri,
        List.of(),
        Duration.ofMillis(500),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        RandomGenerator.getDefault(),
        EventCatalog.builtIn(),
        null,
        null,
        null);
  }

  /// The same, subscribing to these patterns from the first event on.
  public ClientOptions withPatterns(List<String> newPatterns) {
    return new ClientOptions(
        uri,
        newPatterns,
        firstDelay,
        longestDelay,
        silenceLimit,
        random,
        catalog,
        http,
        scheduler,
        since);
  }

  /// The same with other delays before reconnections.
  public ClientOptions withDelays(Duration first, Duration longest) {
    return new ClientOptions(
        uri, patterns, first, longest, silenceLimit, random, catalog, http, scheduler, since);
  }

  /// The same with another catalog.
  public ClientOptions withCatalog(EventCatalog newCatalog) {
    return new ClientOptions(
        uri,
        patterns,
        firstDelay,
        longestDelay,
        silenceLimit,
        random,
        newCatalog,
        http,
        scheduler,
        since);
  }

  /// The same with sockets opened by this HTTP client, which stays the caller's.
  public ClientOptions withHttp(HttpClient newHttp) {
    return new ClientOptions(
        uri,
        patterns,
        firstDelay,
        longestDelay,
        silenceLimit,
        random,
        catalog,
        newHttp,
        scheduler,
        since);
  }

  /// The same, beginning with the event behind this sequence.
  public ClientOptions withSince(long newSince) {
    return new ClientOptions(
        uri,
        patterns,
        firstDelay,
        longestDelay,
        silenceLimit,
        random,
        catalog,
        http,
        scheduler,
        newSince);
  }
}
