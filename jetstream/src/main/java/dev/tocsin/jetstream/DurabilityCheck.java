package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Finds out whether the servers flush each event to the disk, where the loss of power has to be survived.
///
/// A server tells it on its monitoring port and nowhere else, and does not tell its clients which port that is: asked is the
/// usual one of the host of each server of the cluster. Whoever answers there counts for the server only that has the same id: it
/// says it to whoever connects, before anything else. Blocks; at the start only.
final class DurabilityCheck {

  /// The usual monitoring port.
  static final int PORT = 8222;

  private static final int CLIENT_PORT = 4222;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String INFO = "INFO ";

  /// How long a server's first line may be.
  private static final int MAX_LINE = 64 << 10;

  private static final String REMEDY =
      "Set sync_interval: always in the block jetstream of each server";

  private static final String WORD =
      ", or give the operator's word that it is so (--jetstream-synced)";

  private DurabilityCheck() {}

  /// What a server tells on its monitoring port.
  ///
  /// @param id of the server
  /// @param synced whether it flushes
  record Told(String id, boolean synced) {}

  /// Refuses servers that do not flush, and those that do not tell unless there is the operator's word for them.
  ///
  /// @param servers the addresses of all servers of the cluster
  /// @param port where they tell
  static void check(JetStreamSettings settings, Collection<String> servers, int port)
      throws JetStreamOpenException {
    if (!settings.power()) {
      return;
    }
    Set<String> flushing = new HashSet<>();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      for (String server : servers) {
        URI address = address(server);
        String id = address == null ? null : id(address);
        if (id != null && flushing.contains(id)) {
          continue;
        }
        Told told = address == null ? null : told(client, address.getHost(), port);
        if (told == null || !told.id().equals(id)) {
          if (!settings.synced()) {
            throw silent(JetStreamSettings.withoutSecret(server), port);
          }
        } else if (told.synced()) {
          flushing.add(id);
        } else {
          throw new JetStreamOpenException(
              "The NATS server "
                  + JetStreamSettings.withoutSecret(server)
                  + " does not flush each event to the disk, as --durability power needs it. "
                  + REMEDY);
        }
      }
    }
  }

  /// `null` where it is no name of a host that could be asked, for instance because of a `_`.
  private static @Nullable URI address(String server) {
    try {
      URI address = new URI(server.contains("://") ? server : "nats://" + server);
      return address.getHost() == null ? null : address;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static JetStreamOpenException silent(String server, int port) {
    return new JetStreamOpenException(
        "The NATS server "
            + server
            + " does not tell on port "
            + port
            + " of its host whether it flushes each event to the disk, as --durability power needs"
            + " it. "
            + REMEDY
            + " and let it tell there (http: "
            + port
            + ")"
            + WORD);
  }

  /// The id that a server says to whoever connects; `null` when it says none at first, as with WebSockets or with TLS from the
  /// first byte on.
  private static @Nullable String id(URI address) {
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    if (scheme.startsWith("ws")) {
      return null;
    }
    int port = address.getPort() < 0 ? CLIENT_PORT : address.getPort();
    try (Socket socket = new Socket()) {
      int millis = Math.toIntExact(PATIENCE.toMillis());
      socket.connect(new InetSocketAddress(ServerAddresses.bare(address.getHost()), port), millis);
      socket.setSoTimeout(millis);
      return id(
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable String id(Reader reader) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = reader.read();
        c >= 0 && c != '\n' && line.length() < MAX_LINE;
        c = reader.read()) {
      line.append((char) c);
    }
    return line.indexOf(INFO) == 0
        ? id(line.substring(INFO.length()).getBytes(StandardCharsets.UTF_8))
        : null;
  }

  private static @Nullable String id(byte[] info) {
    return Json.read(info) instanceof Json.Value(JsonNode tree)
        ? tree.path("server_id").asString(null)
        : null;
  }

  /// What is told on the monitoring port of a host; `null` when nothing is.
  private static @Nullable Told told(HttpClient client, String host, int port)
      throws JetStreamOpenException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + "/varz"))
            .timeout(PATIENCE)
            .build();
    try {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return told(answer.body());
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JetStreamOpenException("The start was interrupted", e);
    }
  }

  /// What the answer to `/varz` says; `null` when it does not say it.
  static @Nullable Told told(byte[] varz) {
    if (!(Json.read(varz) instanceof Json.Value(JsonNode tree))) {
      return null;
    }
    JsonNode config = tree.path("jetstream").path("config");
    return config.isObject()
        ? new Told(tree.path("server_id").asString(""), config.path("sync_always").asBoolean(false))
        : null;
  }
}
