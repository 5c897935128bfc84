package dev.tocsin.mqtt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// Where a broker is: `mqtt://host:1883`, or `mqtts://host:8883` with TLS.
public record MqttAddress(String host, int port, boolean isEncrypted) {

  private static final int PLAIN_PORT = 1883;
  private static final int TLS_PORT = 8883;

  public MqttAddress {
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("no address: " + host + ':' + port);
    }
  }

  /// Reads an address.
  ///
  /// @throws IllegalArgumentException with what is wrong, as the end of a sentence; it does not repeat what stands before an `@`
  public static MqttAddress of(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is no address: mqtt://HOST:PORT or mqtts://HOST:PORT", e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean isTls = scheme.equals("mqtts");
    if (!isTls && !scheme.equals("mqtt")) {
      throw new IllegalArgumentException("must begin with mqtt:// or mqtts://");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "holds a user or a password: they are \"username\" and \"password\"");
    }
    String host = uri.getHost();
    String path = uri.getRawPath();
    if (host == null
        || (path != null && !path.isEmpty() && !path.equals("/"))
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("must be a host and a port, and nothing else");
    }
    int port = uri.getPort() == -1 ? (isTls ? TLS_PORT : PLAIN_PORT) : uri.getPort();
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("has no port of 1 to 65535");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new MqttAddress(bare, port, isTls);
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? '[' + host + ']' : host;
    return (isEncrypted ? "mqtts://" : "mqtt://") + shown + ':' + port;
  }
}
