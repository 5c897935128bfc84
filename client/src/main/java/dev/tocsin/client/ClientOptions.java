package dev.tocsin.client;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Where;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// What an application may decide about its [TocsinClient]. Begin with [#of].
///
/// @param uri the server: `ws://host:port/ws/events`; `http` and `https` are taken for `ws` and
///     `wss`, and a missing path for `/ws/events`. Any host name that DNS or a container network
///     allows will do, see [ServerAddress]
/// @param patterns what to subscribe to from the first event on; none for everything
/// @param firstDelay the bound of the first reconnection's random delay; it doubles with each
///     attempt that fails
/// @param longestDelay where the doubling ends. The delays begin anew with every connection that lets the
///     client in and, where it resumes, has taken it back to where it was
/// @param silenceLimit after how long a silence the server is taken for dead
/// @param random draws the delays; used by one thread at a time
/// @param catalog the event types of [TocsinClient#on] and of publishing payload records
/// @param http opens the sockets, for instance through a proxy; best with an executor
///     that runs its tasks at once; `null` for a plain one
/// @param scheduler runs the client's inner work, all of it short; `null` for a daemon thread of
///     its own. It is not shut down by the client
/// @param since the sequence after which the first connection begins; `null` for the next event.
///     Later connections go on where the one before was
/// @param sinceEpoch the epoch in which that sequence counts; `null` for whichever the server has. Where the server has
///     another, the client begins with the next event, and [ClientListener#onConnected] tells the epoch
/// @param outbox how many events are held until they are known to be in the log
/// @param credentials what to show the server; `null` for nothing
/// @param ssl what TLS trusts, see [TrustedCertificates]; `null` for what the system trusts. An `http` of the
///     caller's brings its own
/// @param where narrows `patterns`; `null` for all that they match
/// @param beginning the events of the past with which the first connection begins; `null` for the next event. Not
///     together with `since`
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
    @Nullable Long since,
    @Nullable String sinceEpoch,
    Outbox outbox,
    @Nullable CredentialSupplier credentials,
    @Nullable SSLContext ssl,
    @Nullable Where where,
    @Nullable Beginning beginning) {

  /// The longest delay, and the longest silence.
  public static final Duration MAX_DELAY = Duration.ofDays(365);

  private static final String PATH = "/ws/events";

  /// @throws IllegalArgumentException when the URI is none of a server, a delay is not positive or longer than [#MAX_DELAY], a
  ///     pattern holds half of a surrogate pair, `where` narrows no patterns, or both `http` and `ssl`, or `since` and
  ///     `beginning`, are given
  public ClientOptions {
    uri = webSocketUri(uri);
    patterns = List.copyOf(patterns);
    patterns.forEach(pattern -> Sendable.checked("A pattern", pattern));
    requireDelay(firstDelay);
    requireDelay(longestDelay);
    requireDelay(silenceLimit);
    if (where != null && patterns.isEmpty()) {
      throw new IllegalArgumentException("where narrows patterns: name some, \"*\" for all types");
    }
    if (since != null && beginning != null) {
      throw new IllegalArgumentException("since and a beginning are two places to begin: give one");
    }
    if (http != null && ssl != null) {
      throw new IllegalArgumentException("the HTTP client that is given decides what TLS trusts");
    }
  }

  private static void requireDelay(Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException("not a positive duration: " + duration);
    }
    if (duration.compareTo(MAX_DELAY) > 0) {
      throw new IllegalArgumentException("longer than a year: " + duration);
    }
  }

  private static URI webSocketUri(URI uri) {
    ServerAddress address = ServerAddress.of(uri);
    boolean isRoot = address.path().isEmpty() || address.path().equals("/");
    return (isRoot ? address.withPath(PATH) : address).webSocket();
  }

  /// Everything from this server, with delays of 0.5 s to 30 s, a silence limit of 60 s, and the
  /// standard outbox.
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
        null,
        null,
        Outbox.STANDARD,
        null,
        null,
        null,
        null);
  }

  /// The same, subscribing to these patterns from the first event on.
  public ClientOptions withPatterns(List<String> newPatterns) {
    return withPatterns(newPatterns, null);
  }

  /// The same with other delays before reconnections.
  public ClientOptions withDelays(Duration first, Duration longest) {
    return with(draft -> {
      draft.firstDelay = first;
      draft.longestDelay = longest;
    });
  }

  /// The same with another catalog.
  public ClientOptions withCatalog(EventCatalog newCatalog) {
    return with(draft -> draft.catalog = newCatalog);
  }

  /// The same with sockets opened by this HTTP client, which stays the caller's.
  public ClientOptions withHttp(HttpClient newHttp) {
    return with(draft -> draft.http = newHttp);
  }

  /// The same, beginning with the event after this sequence.
  public ClientOptions withSince(long newSince) {
    return with(draft -> {
      draft.since = newSince;
      draft.sinceEpoch = null;
    });
  }

  /// The same, beginning with the event after this position, as long as the log still is the one that it belongs to.
  public ClientOptions withSince(Position position) {
    return with(draft -> {
      draft.since = position.sequence();
      draft.sinceEpoch = position.epoch();
    });
  }

  /// The same, beginning with events of the past, such as the present state ([Beginning#latest]).
  public ClientOptions withBeginning(Beginning newBeginning) {
    return with(draft -> draft.beginning = newBeginning);
  }

  /// The same with another outbox; [Outbox#NONE] for none.
  public ClientOptions withOutbox(Outbox newOutbox) {
    return with(draft -> draft.outbox = newOutbox);
  }

  /// The same, subscribing from the first event on to what fulfils `where` among the events of these patterns.
  public ClientOptions withPatterns(List<String> newPatterns, @Nullable Where newWhere) {
    return with(draft -> {
      draft.patterns = newPatterns;
      draft.where = newWhere;
    });
  }

  /// The same, showing the server this API key or token.
  public ClientOptions withCredential(String credential) {
    return withCredentials(CredentialSupplier.of(credential));
  }

  /// The same, showing the server what is supplied, anew for every connection.
  public ClientOptions withCredentials(CredentialSupplier newCredentials) {
    return with(draft -> draft.credentials = newCredentials);
  }

  /// The same with TLS that trusts what `newSsl` says, see [TrustedCertificates].
  public ClientOptions withSsl(SSLContext newSsl) {
    return with(draft -> draft.ssl = newSsl);
  }

  private ClientOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /// Options of which some are about to change.
  private static final class Draft {
    private final ClientOptions before;
    private List<String> patterns;
    private Duration firstDelay;
    private Duration longestDelay;
    private EventCatalog catalog;
    private @Nullable HttpClient http;
    private @Nullable Long since;
    private @Nullable String sinceEpoch;
    private Outbox outbox;
    private @Nullable CredentialSupplier credentials;
    private @Nullable SSLContext ssl;
    private @Nullable Where where;
    private @Nullable Beginning beginning;

    Draft(ClientOptions before) {
      this.before = before;
      this.patterns = before.patterns;
      this.firstDelay = before.firstDelay;
      this.longestDelay = before.longestDelay;
      this.catalog = before.catalog;
      this.http = before.http;
      this.since = before.since;
      this.sinceEpoch = before.sinceEpoch;
      this.outbox = before.outbox;
      this.credentials = before.credentials;
      this.ssl = before.ssl;
      this.where = before.where;
      this.beginning = before.beginning;
    }

    ClientOptions options() {
      return new ClientOptions(
          before.uri,
          patterns,
          firstDelay,
          longestDelay,
          before.silenceLimit,
          before.random,
          catalog,
          http,
          before.scheduler,
          since,
          sinceEpoch,
          outbox,
          credentials,
          ssl,
          where,
          beginning);
    }
  }
}
