package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who may use the server from a web page: only pages of the server's own origin, and of those the operator
/// named.
///
/// A page that a user opened elsewhere must not reach the server on his machine. Browsers name the page
/// in `Origin`, which is compared with the host that was asked for; and since a foreign name can be
/// made to point at 127.0.0.1 (DNS rebinding), `Host` has to be an IP address, `localhost` or a name
/// that the operator gave. Immutable.
public final class BrowserRules {

  /// What a sentence may repeat of a request.
  private static final Pattern SIMPLE = Pattern.compile("[A-Za-z0-9:/.\\[\\]_+-]{1,256}");

  private final Set<String> allowedOrigins;
  private final Set<String> allowedHosts;
  private final boolean secure;

  /// The rules of an operator whose server does not speak TLS itself.
  ///
  /// @param allowedOrigins as browsers write them
  /// @param allowedHosts as browsers write them
  public BrowserRules(Set<String> allowedOrigins, Set<String> allowedHosts) {
    this(allowedOrigins, allowedHosts, false);
  }

  /// The same.
  ///
  /// @param secure whether the server speaks TLS: then a page that came over plain HTTP is not its own
  public BrowserRules(Set<String> allowedOrigins, Set<String> allowedHosts, boolean secure) {
    this.secure = secure;
    this.allowedOrigins = allowedOrigins;
    this.allowedHosts = allowedHosts;
  }

  /// A host and a port as they stand in a URL; the port is -1 where it is the scheme's own.
  private record Authority(String host, int port) {

    private static final Pattern FORM =
        Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:/?#@\\\\\\s]+)(?::([0-9]{0,5}))?");

    /// @param text as it stands in the request
    static @Nullable Authority parse(String text) {
      Matcher form = FORM.matcher(HeaderText.of(text));
      if (!form.matches()) {
        return null;
      }
      String port = form.group(2);
      return new Authority(
          asBrowsersWrite(form.group(1), BrowserNames::host),
          port == null || port.isEmpty() ? -1 : Integer.parseInt(port));
    }

    Authority withDefaultPort(int defaultPort) {
      return port == defaultPort ? new Authority(host, -1) : this;
    }
  }

  /// Why the request is refused, or `null` when it is not.
  ///
  /// @param targetAuthority the host that the request's target names besides, or `null`
  public @Nullable String fault(HttpHeaders headers, @Nullable String targetAuthority) {
    return fault(headers, targetAuthority, Sender.direct(null));
  }

  /// The same for somebody for whom a proxy may speak.
  ///
  /// @param sender who has sent it, and what a trusted proxy says of that
  @Nullable String fault(HttpHeaders headers, @Nullable String targetAuthority, Sender sender) {
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() != 1) {
      return "The request has to name one Host";
    }
    Authority host = Authority.parse(sender.host() == null ? hosts.getFirst() : sender.host());
    Authority target = targetAuthority == null ? host : Authority.parse(targetAuthority);
    if (host == null
        || !isAllowedHost(host.host())
        || target == null
        || !isAllowedHost(target.host())) {
      return hostFault(host == null || isAllowedHost(host.host()) ? target : host);
    }
    List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
    if (origins.isEmpty()) {
      return null;
    }
    boolean own = origins.size() == 1 && isOwnOrAllowed(origins.getFirst(), host, sender.scheme());
    return own ? null : originFault(origins);
  }

  /// Names the option that would serve the host, where one would.
  private static String hostFault(@Nullable Authority host) {
    String fault = "The Host of the request is not served here";
    return host == null
        ? fault
        : fault + "; " + option("--allow-host", host.host(), BrowserNames::host);
  }

  private static String originFault(List<String> origins) {
    if (origins.size() > 1) {
      return "The request has more than one Origin";
    }
    String origin = origins.getFirst();
    return origin.equals("null")
        ? "Web pages that hide their Origin may not use the hub"
        : "Web pages of this Origin may not use the hub; "
            + option("--allow-origin", HeaderText.of(origin), BrowserNames::origin);
  }

  /// An option as it can be typed, or its name where the value would not be taken.
  private static String option(String name, String value, UnaryOperator<String> reading) {
    try {
      String read = reading.apply(value);
      return "the server's option "
          + name
          + (SIMPLE.matcher(read).matches() ? " " + read : "")
          + " allows it";
    } catch (IllegalArgumentException e) {
      return "the server's option " + name + " cannot allow it";
    }
  }

  private boolean isAllowedHost(String host) {
    return host.equals("localhost")
        || allowedHosts.contains(host)
        || NetUtil.isValidIpV4Address(host)
        || (host.startsWith("[") && NetUtil.isValidIpV6Address(host));
  }

  /// @param scheme by which the request has come; `null` where that is not known, as behind a proxy that says nothing
  private boolean isOwnOrAllowed(String origin, Authority host, @Nullable String scheme) {
    if (isAllowed(origin)) {
      return true;
    }
    String lowerCased = origin.toLowerCase(Locale.ROOT);
    if (scheme != null && !lowerCased.startsWith(scheme.toLowerCase(Locale.ROOT) + "://")) {
      return false;
    }
    if (lowerCased.startsWith("http://")) {
      return !secure && isSame(lowerCased.substring("http://".length()), host, 80);
    }
    // Behind a proxy that ends TLS, the server's own pages have an https origin.
    return lowerCased.startsWith("https://")
        && isSame(lowerCased.substring("https://".length()), host, 443);
  }

  private static boolean isSame(String originAuthority, Authority host, int defaultPort) {
    Authority origin = Authority.parse(originAuthority);
    return origin != null
        && origin.withDefaultPort(defaultPort).equals(host.withDefaultPort(defaultPort));
  }

  /// The origin to which the answer may be shown across origins, or `null`: only what the operator
  /// named.
  public @Nullable String corsOrigin(HttpHeaders headers) {
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    return origin != null && isAllowed(origin) ? origin : null;
  }

  /// `null` is the origin of any page that hides its own, so that nobody can mean it.
  private boolean isAllowed(String origin) {
    return !origin.equals("null")
        && allowedOrigins.contains(asBrowsersWrite(HeaderText.of(origin), BrowserNames::origin));
  }

  /// In lower case, and where a program has sent another alphabet as it is, in punycode as browsers send it.
  private static String asBrowsersWrite(String text, UnaryOperator<String> reading) {
    String lowerCased = text.toLowerCase(Locale.ROOT);
    if (lowerCased.chars().allMatch(c -> c < 0x80)) {
      return lowerCased;
    }
    try {
      return reading.apply(lowerCased);
    } catch (IllegalArgumentException e) {
      return lowerCased;
    }
  }

  /// Whether answers differ by origin at all.
  boolean allowsForeignOrigins() {
    return !allowedOrigins.isEmpty();
  }
}
