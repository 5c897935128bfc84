package dev.tocsin.app;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.ServerAddress;
import dev.tocsin.http.BrowserNames;
import dev.tocsin.http.IpLiteral;
import java.net.URI;

/// The address of a server as a user writes it, for HTTP and for WebSocket alike:
/// `http://host:port`, `ws://host:port/ws/events`, or just `host:port`.
///
/// @param address the server; its path is where `/api/v1` is found, without a slash at its end
record ServerUrl(ServerAddress address) {

  /// Where `serve` listens unless it is told otherwise.
  static final String DEFAULT = "http://127.0.0.1:8080";

  private static final String SOCKET_PATH = "/ws/events";

  static ServerUrl parse(String text) throws WrongUse {
    ServerAddress address;
    try {
      address = ServerAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new WrongUse("--url " + e.getMessage() + "; an address is like " + DEFAULT);
    }
    String garbled = BrowserNames.garbledLabel(address.host());
    if (garbled != null) {
      throw new WrongUse(
          "--url \"" + text + "\" names no host: " + garbled + " says no name in another script");
    }
    String path = address.path();
    if (path.endsWith(SOCKET_PATH)) {
      path = path.substring(0, path.length() - SOCKET_PATH.length());
    }
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return new ServerUrl(address.withPath(path));
  }

  /// The server's address under HTTP, to be shown.
  URI http() {
    return address.http();
  }

  /// The server, however this machine is named in its address: what [#http] says, with one name for all of
  /// loopback and with the port.
  String place() {
    String host = address.host();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    int usual = address.secure() ? 443 : 80;
    return (address.secure() ? "https://" : "http://")
        + (IpLiteral.isLoopback(bare) ? "localhost" : host)
        + ':'
        + (address.port() < 0 ? usual : address.port())
        + address.path();
  }

  /// A resource of the HTTP API, for instance `/api/v1/events`. To connect to it is
  /// [ServerAddress#target].
  URI resource(String path) {
    return address.withPath(address.path() + path).http();
  }

  /// A WebSocket client of this server.
  ClientOptions clientOptions() {
    return ClientOptions.of(resource(SOCKET_PATH));
  }
}
