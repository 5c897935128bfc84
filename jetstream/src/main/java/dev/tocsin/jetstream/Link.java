package dev.tocsin.jetstream;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection to NATS: made once, and again by itself for ever when it breaks.
///
/// Nothing is kept back while it is away, so that nothing is sent whose fate was told already. It logs one line when it
/// breaks and one when it is there again. Any thread may ask; [#generation] says whether it was away meanwhile.
final class Link implements AutoCloseable {

  /// How long the servers may take to be there at the start.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  /// Two pings without an answer, and another server is taken: a frozen one is noticed after some two seconds.
  private static final Duration PING = Duration.ofMillis(700);

  private static final int MAX_PINGS = 2;
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration RECONNECT = Duration.ofMillis(250);
  private static final Duration JITTER = Duration.ofMillis(250);

  /// How often the library looks for requests that nobody will answer any more.
  private static final Duration CLEAN_UP = Duration.ofMillis(500);

  /// At most one line about errors in so long.
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final String PERMISSIONS = "Permissions Violation";
  private static final String FOR_SUBSCRIPTION = PERMISSIONS + " for Subscription";

  private static final Pattern FORBIDDEN =
      Pattern.compile(PERMISSIONS + " for Publish to \"([^\"]+)\"");

  private final Connection connection;
  private final State state;

  /// What the library tells of the connection; it calls it on a thread of its own.
  private static final class State implements ConnectionListener, ErrorListener {

    private final AtomicLong generation = new AtomicLong();
    private final AtomicLong reconnects = new AtomicLong();
    private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_NANOS);
    private final AtomicReference<@Nullable String> violation = new AtomicReference<>();
    private final CountDownLatch made = new CountDownLatch(1);

    // written by the library's thread
    private volatile boolean up;
    private volatile @Nullable Runnable changed;
    private volatile @Nullable Consumer<String> forbidden;

    @Override
    @Deprecated
    public void connectionEvent(Connection connection, Events event) {
      switch (event) {
        case CONNECTED -> turn(true);
        case RESUBSCRIBED -> {
          reconnects.incrementAndGet();
          LOG.atInfo().addKeyValue("server", server(connection)).log("connected to NATS again");
          turn(true);
        }
        case DISCONNECTED -> {
          if (up) {
            LOG.atWarn().log("the connection to NATS is lost");
          }
          turn(false);
        }
        case CLOSED -> turn(false);
        case RECONNECTED, DISCOVERED_SERVERS, LAME_DUCK -> {}
      }
    }

    private void turn(boolean connected) {
      up = connected;
      generation.incrementAndGet();
      made.countDown();
      Runnable listener = changed;
      if (listener != null) {
        listener.run();
      }
    }

    @Override
    public void errorOccurred(Connection connection, String error) {
      if (error.contains(PERMISSIONS)) {
        violation.set(error);
        Matcher matcher = FORBIDDEN.matcher(error);
        Consumer<String> listener = forbidden;
        if (listener != null && matcher.find()) {
          listener.accept(matcher.group(1));
        }
      }
      log("NATS reports an error", error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception failure) {
      if (up && failure.getCause() instanceof Error) {
        LOG.atError().setCause(failure).log("a message of NATS could not be worked off");
      } else {
        log("the connection to NATS fails", words(failure));
      }
    }

    /// What is at the bottom of it: the message of what wraps it begins with the name of a class.
    private static String words(Throwable failure) {
      Throwable cause = failure.getCause();
      return cause == null ? String.valueOf(failure.getMessage()) : words(cause);
    }

    @Override
    public void slowConsumerDetected(Connection connection, io.nats.client.Consumer consumer) {
      log("this gateway does not keep up with NATS", "messages are dropped and fetched again");
    }

    private void log(String what, String reason) {
      long now = System.nanoTime();
      long before = loggedNanos.get();
      if (now - before >= LOG_NANOS && loggedNanos.compareAndSet(before, now)) {
        LOG.atWarn().addKeyValue("reason", reason).log(what);
      }
    }
  }

  private Link(Connection connection, State state) {
    this.connection = connection;
    this.state = state;
  }

  /// Connects, and tries for [#PATIENCE].
  ///
  /// @param gateway the gateway's own name
  static Link open(JetStreamSettings settings, String gateway) throws JetStreamOpenException {
    State state = new State();
    Options options = options(settings, gateway, state);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        Link link = new Link(Nats.connect(options), state);
        // The listener hears of it on another thread.
        state.made.await();
        return link;
      } catch (AuthenticationException e) {
        throw new JetStreamOpenException(
            "NATS at "
                + String.join(", ", settings.addresses())
                + " does not let this gateway in: give it credentials that its accounts know",
            e);
      } catch (IOException | IllegalArgumentException e) {
        if (System.nanoTime() > end || e instanceof IllegalArgumentException) {
          throw new JetStreamOpenException(
              "No NATS server could be reached at "
                  + String.join(", ", settings.addresses())
                  + " within "
                  + PATIENCE.toSeconds()
                  + " seconds: see whether it runs there, and whether it wants TLS",
              e);
        }
        pause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JetStreamOpenException("The start was interrupted", e);
      }
    }
  }

  private static void pause() throws JetStreamOpenException {
    try {
      Thread.sleep(RECONNECT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JetStreamOpenException("The start was interrupted", e);
    }
  }

  private static Options options(JetStreamSettings settings, String gateway, State state)
      throws JetStreamOpenException {
    Options.Builder builder =
        new Options.Builder()
            .servers(settings.servers().toArray(String[]::new))
            .connectionName("tocsin-" + gateway)
            .connectionTimeout(CONNECT)
            .pingInterval(PING)
            .maxPingsOut(MAX_PINGS)
            .maxReconnects(-1)
            .reconnectWait(RECONNECT)
            .reconnectJitter(JITTER)
            .reconnectJitterTls(JITTER)
            .reconnectBufferSize(0)
            .requestCleanupInterval(CLEAN_UP)
            .reportNoResponders()
            .connectionListener(state)
            .errorListener(state);
    Path credentials = settings.credentials();
    if (credentials != null) {
      builder.authHandler(CredentialsFile.open(credentials));
    }
    JetStreamTls tls = settings.tls();
    try {
      if (tls != null) {
        builder.sslContext(PemFiles.context(tls));
      } else if (settings.servers().stream().anyMatch(server -> server.startsWith("tls://"))) {
        builder.secure();
      }
    } catch (GeneralSecurityException e) {
      throw new JetStreamOpenException("TLS to NATS cannot be set up: " + e.getMessage(), e);
    }
    return builder.build();
  }

  Connection connection() {
    return connection;
  }

  /// Whether a server is connected, as far as is known.
  boolean isUp() {
    return state.up;
  }

  /// Another number each time it was lost or made.
  long generation() {
    return state.generation.get();
  }

  /// How often it was made again.
  long reconnects() {
    return state.reconnects.get();
  }

  /// The last thing that the servers have not permitted, in their words; `null` when there was none.
  @Nullable String violation() {
    return state.violation.get();
  }

  /// Forgets [#violation], but for a subscription: that was tried once, and answers will never come.
  void forgetViolation() {
    state.violation.updateAndGet(
        error -> error != null && error.contains(FOR_SUBSCRIPTION) ? error : null);
  }

  /// Is told, on the library's thread, whenever it was lost or made.
  void whenChanged(Runnable listener) {
    state.changed = listener;
  }

  /// Is told, on the library's thread, to which subject this gateway may not publish, when it has tried to.
  void whenForbidden(Consumer<String> listener) {
    state.forbidden = listener;
  }

  /// The server that is connected, without secrets.
  String server() {
    return server(connection);
  }

  private static String server(Connection connection) {
    String url = connection.getConnectedUrl();
    return url == null ? "" : JetStreamSettings.withoutSecret(url);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
