package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Finds out whether the servers flush each event to the disk, where the loss of power has to be survived.
///
/// A server tells it on its monitoring port and nowhere else, and does not tell its clients which port that is: asked is the
/// usual one of each server of the cluster. Blocks; at the start only.
final class DurabilityCheck {

  /// The usual monitoring port.
  static final int PORT = 8222;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String REMEDY =
      "Set sync_interval: always in the block jetstream of each server, or give the operator's word"
          + " that it is so (--jetstream-synced)";

  private DurabilityCheck() {}

  /// Refuses servers that do not flush, or do not tell.
  ///
  /// @param servers the addresses of all servers of the cluster
  /// @param port where they tell
  static void check(JetStreamSettings settings, Collection<String> servers, int port)
      throws JetStreamOpenException {
    if (!settings.power() || settings.synced()) {
      return;
    }
    Set<String> hosts = new LinkedHashSet<>();
    for (String server : servers) {
      String host = host(server);
      if (host == null) {
        throw silent(JetStreamSettings.withoutSecret(server), port);
      }
      hosts.add(host);
    }
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      for (String host : hosts) {
        checkHost(client, host, port);
      }
    }
  }

  /// `null` where it is no name of a host that could be asked, for instance because of a `_`.
  private static @Nullable String host(String server) {
    try {
      return new URI(server.contains("://") ? server : "nats://" + server).getHost();
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static void checkHost(HttpClient client, String host, int port)
      throws JetStreamOpenException {
    Boolean synced = synced(client, host, port);
    if (synced == null) {
      throw silent(host, port);
    }
    if (!synced) {
      throw new JetStreamOpenException(
          "The NATS server on "
              + host
              + " does not flush each event to the disk, as --durability power needs it. "
              + REMEDY);
    }
  }

  private static JetStreamOpenException silent(String host, int port) {
    return new JetStreamOpenException(
        "The NATS server on "
            + host
            + " does not tell on port "
            + port
            + " whether it flushes each event to the disk, as --durability power needs it. "
            + REMEDY);
  }

  /// What a server says; `null` when it does not say it.
  private static @Nullable Boolean synced(HttpClient client, String host, int port)
      throws JetStreamOpenException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + "/varz"))
            .timeout(PATIENCE)
            .build();
    try {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      return synced(answer.body());
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JetStreamOpenException("The start was interrupted", e);
    }
  }

  /// What the answer to `/varz` says; `null` when it does not say it.
  static @Nullable Boolean synced(byte[] varz) {
    if (!(Json.read(varz) instanceof Json.Value(JsonNode tree))) {
      return null;
    }
    JsonNode config = tree.path("jetstream").path("config");
    return config.isObject() ? config.path("sync_always").asBoolean(false) : null;
  }
}
