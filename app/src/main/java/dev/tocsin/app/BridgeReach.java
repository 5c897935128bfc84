package dev.tocsin.app;

import dev.tocsin.events.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/// The other sides of bridges, the brokers and receivers that a file names, and whether anybody answers there. Connects and
/// says nothing: whether a password is right only the bridge finds out.
final class BridgeReach {

  /// How long one is waited for; all are asked at the same time.
  private static final int PATIENCE_MILLIS = 3_000;

  private BridgeReach() {}

  /// One other side.
  ///
  /// @param bridge its bridge's name
  /// @param address for a person: without a path, and what may stand there that is secret
  record Side(String bridge, String address, String host, int port) {

    private static Optional<Side> of(JsonNode bridge) {
      String place = bridge.path("broker").asString(bridge.path("url").asString(""));
      try {
        URI uri = URI.create(place);
        String host = uri.getHost();
        int port = uri.getPort() < 0 ? usualPort(String.valueOf(uri.getScheme())) : uri.getPort();
        return host == null || port == 0
            ? Optional.empty()
            : Optional.of(
                new Side(
                    bridge.path("name").asString(""),
                    uri.getScheme() + "://" + host + ':' + port,
                    host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                    port));
      } catch (IllegalArgumentException e) {
        return Optional.empty(); // the file itself was judged before
      }
    }

    private static int usualPort(String scheme) {
      return switch (scheme) {
        case "mqtt" -> 1883;
        case "mqtts" -> 8883;
        case "http" -> 80;
        case "https" -> 443;
        default -> 0;
      };
    }

    /// Why nobody can be reached there; empty when somebody can.
    private String silence() {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
        return "";
      } catch (UnknownHostException e) {
        return "no such host";
      } catch (IOException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }

  /// What a file of bridges without faults names, in its order.
  static List<Side> sides(byte[] file) {
    List<Side> sides = new ArrayList<>();
    if (Json.read(file) instanceof Json.Value(JsonNode tree)) {
      tree.path("bridges").forEach(bridge -> Side.of(bridge).ifPresent(sides::add));
    }
    return sides;
  }

  /// Tells of each whether it was reached.
  static void look(List<Side> sides, Findings findings) throws Failure {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> asked =
          sides.stream().map(side -> threads.submit((Callable<String>) side::silence)).toList();
      for (int i = 0; i < asked.size(); i++) {
        tell(sides.get(i), asked.get(i).get(), findings);
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new Failure("the other sides of bridges cannot be looked for: " + e, e);
    }
  }

  private static void tell(Side side, String silence, Findings findings) {
    if (silence.isEmpty()) {
      findings.good("bridges", side.bridge() + ": somebody answers at " + side.address());
    } else {
      findings.mend(
          "bridges",
          side.bridge() + ": nobody answers at " + side.address() + " (" + silence + ')',
          "see whether it runs there, and what is between; the bridge tries again by itself");
    }
  }
}
