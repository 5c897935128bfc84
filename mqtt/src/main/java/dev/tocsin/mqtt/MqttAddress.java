package dev.tocsin.mqtt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a broker is: `mqtt://host:1883`, or `mqtts://host:8883` with TLS.
public record MqttAddress(String host, int port, boolean isEncrypted) {

  private static final int PLAIN_PORT = 1883;
  private static final int TLS_PORT = 8883;

  /// Names that container networks have and [URI] takes for none, as `mosquitto_1`.
  private static final Pattern NAMED =
      Pattern.compile(
          "(?=[^:]{1,253}(?::|\\z))(?<host>[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63})*\\.?)"
              + "(?::(?<port>[0-9]{1,5}))?");

  public MqttAddress {
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("no address: " + host + ':' + port);
    }
  }

  /// Reads an address.
  ///
  /// @throws IllegalArgumentException with what is wrong, as the end of a sentence; it does not repeat what stands before an
  ///     `@`
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
    if (Objects.requireNonNullElse(uri.getRawAuthority(), "").contains("@")) {
      throw new IllegalArgumentException(
          "holds a user or a password: they are \"username\" and \"password\"");
    }
    String host = host(uri);
    String path = uri.getRawPath();
    if (host == null
        || (path != null && !path.isEmpty() && !path.equals("/"))
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("must be a host and a port, and nothing else");
    }
    if (isTls && uri.getHost() == null) {
      throw new IllegalArgumentException(
          "has a host that Java checks no certificate for: with TLS a name has letters, digits and"
              + " inner hyphens only");
    }
    int given = port(uri);
    int port = given == -1 ? (isTls ? TLS_PORT : PLAIN_PORT) : given;
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("has no port of 1 to 65535");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    // Names are the same in any letter case.
    return new MqttAddress(bare.toLowerCase(Locale.ROOT), port, isTls);
  }

  private static @Nullable String host(URI uri) {
    Matcher named = named(uri);
    return uri.getHost() == null && named.matches() ? named.group("host") : uri.getHost();
  }

  private static int port(URI uri) {
    Matcher named = named(uri);
    return uri.getHost() == null && named.matches() && named.group("port") != null
        ? Integer.parseInt(named.group("port"))
        : uri.getPort();
  }

  private static Matcher named(URI uri) {
    return NAMED.matcher(Objects.requireNonNullElse(uri.getRawAuthority(), ""));
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? '[' + host + ']' : host;
    return (isEncrypted ? "mqtts://" : "mqtt://") + shown + ':' + port;
  }
}
