package dev.tocsin.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/// What is to be done to a server.
///
/// @param server where its WebSocket is: `ws://host:port/path`, or `wss` with an entrance that is encrypted
/// @param protocol what kind of server it is
/// @param publishPath the path that is posted to, where events are posted
/// @param connections how many connections receive
/// @param receiveBy how events get to them; another way than WebSockets only of a Tocsin
/// @param warmConnections how many are opened and closed again before, when the pace is idle
/// @param audiences the patterns of the connections, which take them in turn; only for a Tocsin.
///     An audience without patterns receives everything
/// @param type the type of the events; only for a Tocsin
/// @param eventBytes about how large an event is, as it is published
/// @param pace when the next event is published
/// @param publishBy how
/// @param batch how many events one request carries, with NDJSON
/// @param warmUp how long nothing is measured at first
/// @param duration how long it is measured then
/// @param loops how many threads receive
/// @param deflate whether the connections offer permessage-deflate
/// @param entrance how the connections get in
public record LoadPlan(
    URI server,
    PeerProtocol protocol,
    String publishPath,
    int connections,
    ReceiveBy receiveBy,
    int warmConnections,
    List<List<String>> audiences,
    String type,
    int eventBytes,
    Pace pace,
    PublishBy publishBy,
    int batch,
    Duration warmUp,
    Duration duration,
    int loops,
    boolean deflate,
    Entrance entrance) {

  /// Checks and copies.
  ///
  /// @throws IllegalArgumentException with a sentence for the user
  public LoadPlan {
    audiences = audiences.stream().map(List::copyOf).toList();
    check(
        (entrance.isSecure() ? "wss" : "ws").equals(server.getScheme()) && server.getHost() != null,
        "only ws:// and wss:// can be measured, not " + server);
    check(connections >= 1 && connections <= 1_000_000, "between 1 and 1,000,000 connections");
    check(
        receiveBy == ReceiveBy.WEBSOCKET || (protocol == PeerProtocol.TOCSIN && !deflate),
        receiveBy + " is of a Tocsin only, and not compressed");
    check(warmConnections >= 0 && warmConnections <= 1_000_000, "up to 1,000,000 to warm up with");
    check(!audiences.isEmpty(), "at least one audience");
    check(eventBytes >= 1 && eventBytes <= 1 << 20, "an event has between 1 byte and 1 MiB");
    check(batch >= 1 && batch <= 100_000, "between 1 and 100,000 events in a request");
    check(batch == 1 || publishBy == PublishBy.NDJSON, "only ndjson has several events a request");
    check(
        protocol == PeerProtocol.TOCSIN
            || publishBy == (protocol == PeerProtocol.NCHAN ? PublishBy.HTTP : PublishBy.WS),
        "events get to " + protocol + " in one way only");
    check(loops >= 1 && loops <= 64, "between 1 and 64 threads receive");
    check(!duration.isNegative() && !duration.isZero(), "the duration is above 0");
    check(!warmUp.isNegative(), "the warm-up is not negative");
  }

  private static void check(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /// The port of the server.
  int port() {
    return server.getPort() >= 0 ? server.getPort() : entrance.isSecure() ? 443 : 80;
  }

  /// The server's host as a socket wants it, without the brackets of an IPv6 literal.
  String host() {
    String host = server.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /// What stands in the header `Host`.
  String authority() {
    return server.getHost() + ':' + port();
  }

  /// The path of the WebSocket.
  String path() {
    String path = server.getRawPath();
    return path == null || path.isEmpty() ? "/" : path;
  }

  /// Where the connections receive.
  String receivingPath() {
    return receiveBy == ReceiveBy.WEBSOCKET ? path() : receiveBy.path();
  }

  /// The patterns of a connection.
  ///
  /// @param connection its number, from 0
  List<String> patternsOf(int connection) {
    return audiences.get(connection % audiences.size());
  }
}
