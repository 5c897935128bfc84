package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.description.Section;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a receiver is that is spoken to by HTTP.
///
/// @param isTls whether it is spoken to by TLS
/// @param host its name, or an address without brackets
/// @param port of it
/// @param path with the query, as it is sent
/// @param mayBePrivate whether it may be in a network that is not the Internet
record ReceiverAddress(boolean isTls, String host, int port, String path, boolean mayBePrivate) {

  /// How long an address may be, in characters.
  static final int MAX_LENGTH = 2_048;

  private static final String FORM = "an address, as https://example.com/hooks/tocsin";

  /// Stands for an address that is wrong, which is told: nothing is ever sent there.
  private static final ReceiverAddress NOWHERE =
      new ReceiverAddress(true, "invalid", 443, "/", false);

  /// Finds the addresses of a name.
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  /// Reads `url` and `allow_private` of a bridge; what is wrong is told.
  static ReceiverAddress read(Section bridge) {
    boolean mayBePrivate = bridge.at("allow_private").flag(false);
    Section section = bridge.at("url");
    String text = section.text(FORM);
    if (text == null) {
      return NOWHERE;
    }
    try {
      URI uri = new URI(text);
      String fault = fault(text, uri);
      if (fault != null) {
        section.fault(fault);
        return NOWHERE;
      }
      ReceiverAddress address = of(uri, Objects.requireNonNull(Place.of(uri)), mayBePrivate);
      String kind = mayBePrivate ? null : address.notPublicAsWritten();
      if (kind != null) {
        section.fault(
            "is an address that is "
                + kind
                + ": \"allow_private\":true allows it, where you trust who has written it");
      }
      return address;
    } catch (URISyntaxException e) {
      section.fault("must be " + FORM);
      return NOWHERE;
    }
  }

  private static @Nullable String fault(String text, URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      return "must be " + FORM;
    }
    if (text.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters";
    }
    if (Objects.requireNonNullElse(uri.getRawAuthority(), "").contains("@")) {
      return "has a name or a password before the host: that belongs into \"headers\"";
    }
    Place place = Place.of(uri);
    if (place != null && (place.port() == 0 || place.port() > 65_535)) {
      return "has no port of 1 to 65535";
    }
    if (place == null) {
      return "has no host, or one that is written wrongly (a name of other letters is written"
          + " xn--…)";
    }
    if (scheme.equals("https") && uri.getHost() == null) {
      return "has a host that Java checks no certificate for: with TLS a name has letters, digits"
          + " and inner hyphens only";
    }
    return uri.getRawFragment() == null ? null : "has a fragment (#…), which is never sent";
  }

  /// The host and the port of an address.
  ///
  /// @param host an IPv6 address stands in brackets
  /// @param port -1 for the usual one
  private record Place(String host, int port) {

    /// Names that container networks have and [URI] takes for none, as `tocsin_server`; clients of Tocsin take the same.
    private static final Pattern NAMED =
        Pattern.compile(
            "(?=[^:]{1,253}(?::|\\z))(?<host>[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63})*\\.?)"
                + "(?::(?<port>[0-9]{0,5}))?");

    /// That of an address; `null` when it has none.
    static @Nullable Place of(URI uri) {
      if (uri.getHost() != null) {
        return new Place(uri.getHost(), uri.getPort());
      }
      Matcher named = NAMED.matcher(Objects.requireNonNullElse(uri.getRawAuthority(), ""));
      if (!named.matches()) {
        return null;
      }
      String port = named.group("port");
      return new Place(
          named.group("host"), port == null || port.isEmpty() ? -1 : Integer.parseInt(port));
    }
  }

  private static ReceiverAddress of(URI uri, Place place, boolean mayBePrivate) {
    boolean isTls = "https".equalsIgnoreCase(uri.getScheme());
    String host = place.host();
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = place.port() >= 0 ? place.port() : isTls ? 443 : 80;
    String whole = uri.toASCIIString();
    int end = endOfAuthority(whole, whole.indexOf("//") + 2);
    String path =
        whole.substring(end).startsWith("/") ? whole.substring(end) : '/' + whole.substring(end);
    return new ReceiverAddress(isTls, host.toLowerCase(Locale.ROOT), port, path, mayBePrivate);
  }

  private static int endOfAuthority(String whole, int from) {
    int end = from;
    while (end < whole.length() && whole.charAt(end) != '/' && whole.charAt(end) != '?') {
      end++;
    }
    return end;
  }

  /// Of what kind it is, as far as that is known without asking for the name; `null` when that is not known or it is public.
  private @Nullable String notPublicAsWritten() {
    if (host.matches("(.*\\.)?localhost\\.?")) {
      return "loopback";
    }
    if (!isLiteral()) {
      return null;
    }
    try {
      return Addresses.notPublic(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /// Whether the host is written as an address, for which nobody is asked.
  boolean isLiteral() {
    return host.contains(":") || host.matches("[0-9.]+");
  }

  /// The addresses to connect to: those that are found now, all of which have been checked.
  ///
  /// @throws UnknownHostException when there is none, or one of them must not be connected to; the message is for people
  List<InetAddress> find(Resolver resolver) throws UnknownHostException {
    InetAddress[] found;
    try {
      found = resolver.resolve(host);
    } catch (UnknownHostException e) {
      throw new UnknownHostException("no address is known for " + host);
    }
    for (InetAddress address : found) {
      String kind = mayBePrivate ? null : Addresses.notPublic(address);
      if (kind != null) {
        throw new UnknownHostException(
            host
                + " is at "
                + address.getHostAddress()
                + ", which is "
                + kind
                + ": nothing is sent there without \"allow_private\":true");
      }
    }
    return Arrays.asList(found);
  }

  /// The host as a header names it.
  String hostHeader() {
    return port == (isTls ? 443 : 80) ? bracketed() : bracketed() + ':' + port;
  }

  private String bracketed() {
    return host.contains(":") ? '[' + host + ']' : host;
  }

  /// The host and the port alone.
  String withoutPath() {
    return scheme() + bracketed() + ':' + port;
  }

  private String scheme() {
    return isTls ? "https://" : "http://";
  }

  /// As people read it: without the query, which may hold what is secret.
  String shown() {
    int query = path.indexOf('?');
    return scheme() + hostHeader() + (query < 0 ? path : path.substring(0, query) + "?…");
  }
}
