package dev.tocsin.jetstream;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a shared log is and how it is kept. The gateways of one log have the same settings, but for servers and
/// credentials.
///
/// @param servers where NATS is: `nats://host:4222`, `tls://host:4222`; at least one. May hold a password
/// @param prefix what the subjects of the events begin with; the stream is called like it, with `_` for each dot
/// @param replicas how many servers keep the stream: 1, 3 or 5
/// @param create whether the stream is made when there is none
/// @param retain how long events are kept
/// @param retainBytes how large the stream may grow; beyond it the oldest events go
/// @param idempotencyWindow for how long the keys of idempotent publishes are remembered
/// @param power whether an acknowledged event has to survive the loss of power on all servers
/// @param synced the operator's word that the servers flush each event to the disk (`sync_interval: always`)
/// @param credentials a file of NATS credentials; `null` for none
/// @param tls files for TLS; `null` for what Java trusts
public record JetStreamSettings(
    List<String> servers,
    String prefix,
    int replicas,
    boolean create,
    Duration retain,
    long retainBytes,
    Duration idempotencyWindow,
    boolean power,
    boolean synced,
    @Nullable Path credentials,
    @Nullable JetStreamTls tls) {

  /// The least that `retainBytes` can be.
  public static final long MIN_RETAIN_BYTES = 1 << 20;

  /// The shortest window that NATS takes.
  private static final Duration MIN_WINDOW = Duration.ofMillis(100);

  /// For how long a stream can keep events: it counts nanoseconds.
  private static final Duration MAX_RETAIN = Duration.ofDays(106_751);

  private static final int MAX_PREFIX_LENGTH = 64;

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*");

  private static final Set<String> SCHEMES = Set.of("nats", "tls", "ws", "wss");

  public JetStreamSettings {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException(
          "a shared log needs the address of a NATS server: nats://host:4222");
    }
    servers.forEach(JetStreamSettings::requireAddress);
    if (prefix.length() > MAX_PREFIX_LENGTH || !PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "a prefix has up to "
              + MAX_PREFIX_LENGTH
              + " letters, digits, \"_\" and \"-\", with dots between them; was \""
              + prefix
              + "\"");
    }
    if (replicas != 1 && replicas != 3 && replicas != 5) {
      throw new IllegalArgumentException("a stream has 1, 3 or 5 replicas; was " + replicas);
    }
    if (retain.compareTo(MIN_WINDOW) < 0) {
      throw new IllegalArgumentException("events have to be kept for some time");
    }
    if (retain.compareTo(MAX_RETAIN) > 0) {
      throw new IllegalArgumentException(
          "JetStream keeps events for " + MAX_RETAIN.toDays() + " days at most");
    }
    if (retainBytes < MIN_RETAIN_BYTES) {
      throw new IllegalArgumentException("a log needs " + MIN_RETAIN_BYTES + " bytes at least");
    }
    if (idempotencyWindow.compareTo(MIN_WINDOW) < 0) {
      throw new IllegalArgumentException(
          "JetStream remembers keys for " + MIN_WINDOW.toMillis() + " ms at least");
    }
    if (idempotencyWindow.compareTo(retain) > 0) {
      throw new IllegalArgumentException(
          "keys cannot be remembered for longer than events are kept");
    }
  }

  private static void requireAddress(String server) {
    try {
      URI uri = new URI(server);
      String scheme = uri.getScheme();
      if (scheme == null
          || !SCHEMES.contains(scheme.toLowerCase(Locale.ROOT))
          || uri.getHost() == null) {
        throw new IllegalArgumentException(
            "a NATS server is named like nats://host:4222 or tls://host:4222; was \""
                + (uri.getHost() == null ? shown(server) : withoutSecret(server))
                + "\"");
      }
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + shown(server) + "\" is no address of a NATS server");
    }
  }

  /// As much of what is no address as can be told: a password that holds a comma or a slash has no end that could be found.
  private static String shown(String server) {
    int begin = server.indexOf("://");
    return begin < 0 ? withoutSecret(server) : server.substring(0, begin) + "://…";
  }

  /// The address of a server without user and password.
  public static String withoutSecret(String server) {
    int begin = server.indexOf("://") + 3;
    int at = server.lastIndexOf('@');
    return begin >= 3 && at > begin
        ? server.substring(0, begin) + server.substring(at + 1)
        : at < 0 ? server : server.substring(at + 1);
  }

  /// The name of the stream, and of the bucket beside it.
  String stream() {
    return prefix.replace('.', '_');
  }

  /// Where the servers are, without secrets.
  List<String> addresses() {
    return servers.stream().map(JetStreamSettings::withoutSecret).toList();
  }

  /// Says no secret.
  @Override
  public String toString() {
    return "JetStreamSettings[" + String.join(",", addresses()) + ", " + prefix + "]";
  }
}
