package dev.tocsin.app;

import dev.tocsin.client.ClientOptions;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;

/// The address of a server as a user writes it, for HTTP and for WebSocket alike:
/// `http://host:port`, `ws://host:port/ws/events`, or just `host:port`.
///
/// @param http the address under which `/api/v1` is found, without a slash at its end
record ServerUrl(URI http) {

  /// Where `serve` listens unless it is told otherwise.
  static final String DEFAULT = "http://127.0.0.1:8080";

  private static final String SOCKET_PATH = "/ws/events";

  static ServerUrl parse(String text) throws WrongUse {
    URI uri;
    try {
      uri = URI.create(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException e) {
      throw new WrongUse("--url " + text + " is no address: " + e.getMessage());
    }
    String scheme =
        switch (Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT)) {
          case "http", "ws" -> "http";
          case "https", "wss" -> "https";
          default -> throw new WrongUse("--url " + text + " has to begin with http:// or ws://");
        };
    if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new WrongUse("--url " + text + " is no address such as http://127.0.0.1:8080");
    }
    String path = Objects.requireNonNullElse(uri.getRawPath(), "");
    if (path.endsWith(SOCKET_PATH)) {
      path = path.substring(0, path.length() - SOCKET_PATH.length());
    }
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    return new ServerUrl(URI.create(scheme + "://" + uri.getRawAuthority() + path));
  }

  /// A resource of the HTTP API, for instance `/api/v1/events`.
  URI resource(String path) {
    return URI.create(http + path);
  }

  /// A WebSocket client of this server.
  ClientOptions clientOptions() {
    return ClientOptions.of(resource(SOCKET_PATH));
  }
}
