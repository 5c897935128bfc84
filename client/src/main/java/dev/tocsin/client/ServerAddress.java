package dev.tocsin.client;

import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The address of a server: whether TLS is spoken, the host, the port, and the path.
///
/// Host names are what DNS, hosts files and container networks allow. That is more than
/// [java.net.URI] and so `java.net.http` know: they find no host in `tocsin_server`. So such a name is
/// looked up here ([#target]), and the JDK connects to the address. Names in other scripts, such as
/// `bücher.example`, are turned into the form that DNS has of them.
///
/// @param secure whether the connection is made with TLS
/// @param host in lower-case ASCII; an IPv6 address stands in brackets
/// @param port -1 for the usual one
/// @param path as it goes over the wire, beginning with a slash; or empty
public record ServerAddress(boolean secure, String host, int port, String path) {

  private static final Pattern NAME =
      Pattern.compile("(?=.{1,253}\\z)[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*\\.?");

  /// Characters of which the old rules for names in other scripts, which are the JDK's, make another
  /// name than the rules of today: sharp s, final sigma, and the two joiners.
  private static final Pattern AMBIGUOUS = Pattern.compile("[\u00DF\u1E9E\u03C2\u200C\u200D]");

  private static final String NAMES_NO_HOST =
      "names no host: a name has letters, digits, hyphens and underscores between dots";

  /// Whether this process lets a request say another host than the one it goes to
  /// (`-Djdk.httpclient.allowRestrictedHeaders=host`).
  private static boolean hostMayBeSet() {
    try {
      HttpRequest.newBuilder().header("Host", "h");
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// Reads an address as a person writes it: `http://host:port`, `ws://host:port/ws/events`, or just
  /// `host:port`.
  ///
  /// @throws IllegalArgumentException with a sentence that says what is wrong with it
  public static ServerAddress parse(String text) {
    URI uri;
    try {
      uri = URI.create(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + shown(text) + "\" " + fault(text, e));
    }
    return of(uri);
  }

  /// What is wrong with a text that is no URI, in words.
  private static String fault(String text, IllegalArgumentException thrown) {
    if (text.matches("[A-Za-z][A-Za-z0-9+.-]*://+") || text.isEmpty()) {
      return "names no host";
    }
    if (thrown.getCause() instanceof URISyntaxException syntax) {
      int at = text.length() - syntax.getInput().length() + syntax.getIndex();
      if (syntax.getReason().startsWith("Malformed escape")) {
        return "has a % that no two hexadecimal digits follow";
      }
      if (syntax.getReason().startsWith("Illegal character") && at >= 0 && at < text.length()) {
        return "has a '" + Character.toString(text.codePointAt(at)) + "', which no address has";
      }
    }
    return "is no address of a server";
  }

  /// The address that a URI names: one of `ws`, `wss`, `http` or `https`.
  ///
  /// @throws IllegalArgumentException with a sentence that says what is wrong with it
  public static ServerAddress of(URI uri) {
    boolean secure =
        switch (Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT)) {
          case "ws", "http" -> false;
          case "wss", "https" -> true;
          default -> throw wrong(uri, "is no address of a server: it begins with ws:// or http://");
        };
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw wrong(uri, "has a query, which the client makes by itself; a key never stands there");
    }
    String authority = Objects.requireNonNullElse(uri.getAuthority(), "");
    if (authority.contains("@")) {
      throw wrong(uri, "has a user's name or a key in it; a key is shown in another way");
    }
    int colon = authority.indexOf(':', authority.lastIndexOf(']') + 1);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = colon < 0 ? -1 : port(uri, authority.substring(colon + 1));
    ServerAddress address =
        new ServerAddress(
            secure,
            host.startsWith("[") ? host : name(uri, host),
            port,
            Objects.requireNonNullElse(uri.getRawPath(), ""));
    if (secure && address.uri("https").getHost() == null) {
      throw wrong(
          uri,
          "names a host that Java checks no certificate for: with TLS a name has letters, digits"
              + " and inner hyphens only");
    }
    return address;
  }

  private static int port(URI uri, String digits) {
    if (digits.isEmpty()) {
      return -1;
    }
    int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > 65_535) {
      throw wrong(uri, "has no port from 1 to 65535");
    }
    return port;
  }

  private static String name(URI uri, String host) {
    if (host.isEmpty()) {
      throw wrong(uri, "names no host");
    }
    if (AMBIGUOUS.matcher(host).find()) {
      throw wrong(uri, "names a host that old and new rules spell differently: write it as xn--…");
    }
    String ascii;
    try {
      ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw wrong(uri, NAMES_NO_HOST);
    }
    if (!NAME.matcher(ascii).matches()) {
      throw wrong(uri, NAMES_NO_HOST);
    }
    return ascii;
  }

  private static IllegalArgumentException wrong(URI uri, String why) {
    return new IllegalArgumentException("\"" + shown(uri.toString()) + "\" " + why);
  }

  /// An address without the parts in which somebody may have put a secret.
  private static String shown(String address) {
    return address.replaceAll("[^/]*@", "…@").replaceAll("(?s)[?#].*", "?…");
  }

  /// The same with another path.
  public ServerAddress withPath(String newPath) {
    return new ServerAddress(secure, host, port, newPath);
  }

  /// The address for HTTP. It may have no `getHost()`: to connect there is [#target].
  public URI http() {
    return uri(secure ? "https" : "http");
  }

  /// The address for WebSocket. It may have no `getHost()`: to connect there is [#target].
  public URI webSocket() {
    return uri(secure ? "wss" : "ws");
  }

  private URI uri(String scheme) {
    return URI.create(scheme + "://" + hostAndPort() + path);
  }

  private String hostAndPort() {
    return port < 0 ? host : host + ":" + port;
  }

  /// What `java.net.http` can connect to.
  ///
  /// @param uri the address; in it a name that the JDK would not take is replaced by what it was
  ///     looked up to
  /// @param host what the header `Host` is to say instead of the address, where this process may say
  ///     it (`-Djdk.httpclient.allowRestrictedHeaders=host`); `null` to leave the header alone
  public record Target(URI uri, @Nullable String host) {}

  /// Finds out where to connect. It may block: a name that the JDK would not take is looked up.
  ///
  /// @param address a URI with the scheme `ws`, `wss`, `http` or `https`
  /// @throws UnknownHostException when nobody knows the host
  public static Target target(URI address) throws UnknownHostException {
    if (address.getHost() != null) {
      return new Target(address, null);
    }
    String query = address.getRawQuery();
    String text = address.toString();
    ServerAddress named =
        of(URI.create(query == null ? text : text.substring(0, text.indexOf('?'))));
    InetAddress found = InetAddress.getByName(named.host);
    String literal = found.getHostAddress();
    ServerAddress numbered =
        new ServerAddress(
            named.secure,
            found instanceof Inet6Address ? "[" + literal + "]" : literal,
            named.port,
            named.path + (query == null ? "" : "?" + query));
    return new Target(
        numbered.uri(String.valueOf(address.getScheme())),
        hostMayBeSet() ? named.hostAndPort() : null);
  }
}
