package dev.tocsin.jetstream;

import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The connection to NATS: made once, and again by itself for ever when it breaks.
///
/// Nothing is kept back while it is away, so that nothing is sent whose fate was told already. [LinkState] logs one line when
/// it breaks and one when it is there again. Any thread may ask; [#generation] says whether it was away meanwhile.
final class Link implements AutoCloseable {

  /// How long the servers may take to be there at the start.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Two pings without an answer, and another server is taken: a frozen one is noticed after some two seconds.
  private static final Duration PING = Duration.ofMillis(700);

  private static final int MAX_PINGS = 2;
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration RECONNECT = Duration.ofMillis(250);
  private static final Duration JITTER = Duration.ofMillis(250);

  /// How often the library looks for requests that nobody will answer any more.
  private static final Duration CLEAN_UP = Duration.ofMillis(500);

  /// How the address of a server begins to which nothing goes in the clear.
  private static final Pattern ENCRYPTED = Pattern.compile("(tls|wss):", Pattern.CASE_INSENSITIVE);

  private final Connection connection;
  private final LinkState state;

  private Link(Connection connection, LinkState state) {
    this.connection = connection;
    this.state = state;
  }

  /// Connects, and tries for [#PATIENCE].
  ///
  /// @param gateway the gateway's own name
  static Link open(JetStreamSettings settings, String gateway) throws JetStreamOpenException {
    LinkState state = new LinkState();
    Options options;
    try {
      options = options(settings, gateway, state);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw unusable(settings);
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        Link link = new Link(Nats.connect(options), state);
        link.awaitNews();
        return link;
      } catch (AuthenticationException e) {
        throw new JetStreamOpenException(
            "NATS at "
                + String.join(", ", settings.addresses())
                + " does not let this gateway in: give it credentials that its accounts know",
            e);
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw unreachable(settings, state.whyNot());
        }
        pause();
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw unusable(settings);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JetStreamOpenException("The start was interrupted", e);
      }
    }
  }

  /// Waits for the listener, which hears of the connection on another thread.
  private void awaitNews() throws InterruptedException {
    try {
      state.awaitFirst();
    } catch (InterruptedException e) {
      close();
      throw e;
    }
  }

  /// The library's own exception is not the cause: it names the servers with their passwords.
  private static JetStreamOpenException unreachable(JetStreamSettings settings, String reason) {
    String end =
        String.join(", ", settings.addresses())
            + " within "
            + PATIENCE.toSeconds()
            + " seconds ("
            + reason
            + "): see whether it runs there";
    return new JetStreamOpenException(
        isEncrypted(settings)
            ? "No NATS server could be reached over TLS at "
                + end
                + ", whether its authority is trusted (--jetstream-tls-ca), whether its certificate"
                + " was made for that name, and whether it wants one of this gateway"
                + " (--jetstream-tls-cert)"
            : "No NATS server could be reached at " + end + ", and whether it wants TLS");
  }

  private static boolean isEncrypted(JetStreamSettings settings) {
    return settings.tls() != null
        || settings.servers().stream().anyMatch(server -> ENCRYPTED.matcher(server).lookingAt());
  }

  /// The library says neither which file it could not use, nor whether its reason holds a secret.
  private static JetStreamOpenException unusable(JetStreamSettings settings) {
    return new JetStreamOpenException(
        settings.credentials() == null
            ? "NATS cannot be used at "
                + String.join(", ", settings.addresses())
                + ": see whether that is its address"
            : "The credentials for NATS cannot be used: see whether "
                + settings.credentials()
                + " holds a user's token and seed");
  }

  private static void pause() throws JetStreamOpenException {
    try {
      Thread.sleep(RECONNECT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JetStreamOpenException("The start was interrupted", e);
    }
  }

  private static Options options(JetStreamSettings settings, String gateway, LinkState state)
      throws JetStreamOpenException {
    ServerAddresses servers = new ServerAddresses(settings.servers());
    Options.Builder builder =
        new Options.Builder()
            .servers(settings.servers().toArray(String[]::new))
            .serverPool(servers)
            .dataPortType(SievedDataPort.class.getName())
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
    if (isEncrypted(settings)) {
      builder.sslContext(
          PemFiles.context(
              Objects.requireNonNullElse(settings.tls(), JetStreamTls.USUAL), servers));
    }
    return builder.build();
  }

  Connection connection() {
    return connection;
  }

  /// Whether a server is connected, as far as is known.
  boolean isUp() {
    return state.isUp();
  }

  /// Whether it has ended for good; see [LinkState#isGone].
  boolean isGone() {
    return state.isGone();
  }

  /// Another number each time it was lost or made.
  long generation() {
    return state.generation();
  }

  /// How often it was made again.
  long reconnects() {
    return state.reconnects();
  }

  /// The last thing that the servers have not permitted, in their words; `null` when there was none.
  @Nullable String violation() {
    return state.violation();
  }

  /// The same of the last few seconds, and of JetStream's own subjects alone.
  @Nullable String recentViolation() {
    return state.recentViolation();
  }

  /// Forgets [#violation], but for a subscription: that was tried once, and answers will never come.
  void forgetViolation() {
    state.forgetViolation();
  }

  /// Is told, on the library's thread, whenever it was lost or made.
  void whenChanged(Runnable listener) {
    state.whenChanged(listener);
  }

  /// Is told, on the library's thread, to which subject this gateway may not publish, when it has tried to.
  void whenForbidden(Consumer<String> listener) {
    state.whenForbidden(listener);
  }

  /// The server that is connected, without secrets.
  String server() {
    return server(connection);
  }

  static String server(Connection connection) {
    String url = connection.getConnectedUrl();
    return url == null ? "" : JetStreamSettings.withoutSecret(url);
  }

  @Override
  public void close() {
    state.close();
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
