package dev.tocsin.http;

import java.net.IDN;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Origins and host names as an operator writes them, turned into what a browser sends: `Origin` and `Host`
/// are compared as text. What no browser ever sends is refused, in words, because it would silently
/// allow nothing.
public final class BrowserNames {

  private static final Pattern ORIGIN = Pattern.compile("([a-z][a-z0-9+.-]*)://(.*)");
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[^\\[\\]]*]|[^\\[\\]:]*)(?::([0-9]*))?");
  private static final Pattern NUMBERS = Pattern.compile("(.*\\.)?[0-9]+\\.?");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

  /// What a host may not hold in a URL.
  private static final Pattern FORBIDDEN =
      Pattern.compile("[\\x00-\\x20#/:<>?@\\[\\\\\\]^|%\\x7F]");

  /// What browsers encode, and Java's IDNA of 2003 turns into another letter or drops.
  private static final Pattern DEVIATIONS = Pattern.compile("[ßς\u200C\u200D]");

  private static final Set<String> WEB = Set.of("http", "https");
  private static final Set<String> WITHOUT_PAGES =
      Set.of("ftp", "data", "blob", "about", "javascript", "mailto");
  private static final int MAX_PORT = 65_535;

  private BrowserNames() {}

  /// An origin as browsers write it: in lower case, the host in punycode, without the scheme's own port and
  /// without a slash. Those of apps and extensions, whose schemes are their own, are taken as they are.
  ///
  /// @throws IllegalArgumentException with a sentence when no page can have it
  public static String origin(String text) {
    String lowerCased = text.strip().toLowerCase(Locale.ROOT);
    if (lowerCased.equals("null")) {
      throw refused(
          text, "is what any page says that hides its origin, so that it cannot be allowed");
    }
    if (text.contains("*")) {
      throw refused(
          text,
          "has a *, but origins are compared as a whole; name each, such as"
              + " https://console.example");
    }
    Matcher form = ORIGIN.matcher(lowerCased);
    if (!form.matches()) {
      throw refused(text, "is not an origin; one looks like https://console.example");
    }
    String scheme = form.group(1);
    String authority = form.group(2).replaceFirst("/$", "");
    if (authority.contains("/") || authority.contains("?") || authority.contains("#")) {
      throw refused(
          text,
          "has a path, which no origin has"
              + (authority.startsWith("/")
                  ? ""
                  : "; write " + scheme + "://" + authority.replaceFirst("[/?#].*", "")));
    }
    if (authority.contains("@")) {
      throw refused(text, "has a user's name, which no origin has");
    }
    if (scheme.equals("ws") || scheme.equals("wss")) {
      throw refused(
          text,
          "is the address of a socket; the page that opens it has an origin such as "
              + scheme.replace("ws", "http")
              + "://"
              + authority);
    }
    if (WITHOUT_PAGES.contains(scheme)) {
      throw refused(text, "is no origin of a page; one looks like https://console.example");
    }
    return WEB.contains(scheme) ? web(text, scheme, authority) : scheme + "://" + authority;
  }

  private static String web(String text, String scheme, String authority) {
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches() || parts.group(1).isEmpty()) {
      throw refused(text, "is not an origin; one looks like https://console.example");
    }
    String port = parts.group(2) == null ? "" : parts.group(2).replaceFirst("^0+(?=.)", "");
    if (port.length() > 5 || (!port.isEmpty() && Integer.parseInt(port) > MAX_PORT)) {
      throw refused(text, "has the port " + port + ", but there is none above " + MAX_PORT);
    }
    boolean own = port.isEmpty() || port.equals(scheme.equals("https") ? "443" : "80");
    return scheme + "://" + host(text, parts.group(1)) + (own ? "" : ":" + port);
  }

  /// The name of a host as browsers write it: in lower case and in punycode.
  ///
  /// @throws IllegalArgumentException with a sentence when no request can name it
  public static String host(String text) {
    String name = text.strip();
    if (name.equals("*")) {
      throw refused(
          text,
          "would let any web page reach the hub, by a name of its own that points here (DNS"
              + " rebinding); name each host");
    }
    if (name.contains("*")) {
      throw refused(
          text, "has a *, but hosts are compared as a whole; name each, such as hub.example");
    }
    if (name.contains("://")) {
      throw refused(text, "is an address; a host is only its name, such as hub.example");
    }
    if (name.matches("[^\\[\\]:]+:[0-9]*")) {
      throw refused(
          text,
          "has a port, which is not compared; the host is " + name.substring(0, name.indexOf(':')));
    }
    boolean bareIpv6 = name.contains(":") && !name.startsWith("[");
    return host(text, bareIpv6 ? '[' + name + ']' : name);
  }

  private static String host(String text, String host) {
    if (host.startsWith("[")) {
      return '[' + ipv6(text, host.replaceAll("[\\[\\]]", "")) + ']';
    }
    if (host.isEmpty() || FORBIDDEN.matcher(host).find()) {
      throw refused(text, "is not the name of a host; one looks like hub.example");
    }
    if (DEVIATIONS.matcher(host).find()) {
      throw refused(
          text,
          "has a letter that browsers and Java write differently; write it as browsers send it, as"
              + " xn--…");
    }
    String ascii;
    try {
      ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw refused(text, "is not the name of a host; one looks like hub.example");
    }
    String garbled = garbledLabel(ascii);
    if (garbled != null) {
      throw refused(
          text, "is not the name of a host: " + garbled + " says no name in another script");
    }
    // Browsers take what ends in a number for an address.
    if (NUMBERS.matcher(ascii).matches() && !IPV4.matcher(ascii).matches()) {
      throw refused(text, "ends in a number, but is not an IPv4 address such as 10.0.0.7");
    }
    return ascii;
  }

  /// The first label of a host's name that begins as punycode does and is none, which no browser takes.
  ///
  /// @param ascii the name, in ASCII
  /// @return `null` when there is none
  public static @Nullable String garbledLabel(String ascii) {
    for (String label : ascii.split("\\.", -1)) {
      if (label.regionMatches(true, 0, Punycode.PREFIX, 0, Punycode.PREFIX.length())
          && !Punycode.isLabel(label)) {
        return label;
      }
    }
    return null;
  }

  /// An IPv6 address in the one spelling of RFC 5952, section 4, which is that of browsers.
  private static String ipv6(String text, String literal) {
    byte[] bytes;
    try {
      bytes = IpLiteral.of(literal).getAddress();
    } catch (IllegalArgumentException e) {
      throw refused(text, "has no IPv6 address such as [2001:db8::1] between its brackets");
    }
    if (bytes.length == 4) { // Java makes an IPv4 address of a mapped one
      return "::ffff:%x:%x"
          .formatted(
              (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF),
              (bytes[2] & 0xFF) << 8 | (bytes[3] & 0xFF));
    }
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xFF) << 8 | (bytes[2 * i + 1] & 0xFF);
    }
    int longest = 0;
    int start = -1;
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > Math.max(longest, 1)) {
        longest = end - i;
        start = i;
      }
    }
    StringBuilder address = new StringBuilder();
    for (int i = 0; i < groups.length; i++) {
      if (i == start) {
        address.append("::");
        i += longest - 1;
      } else {
        boolean first = address.isEmpty() || address.charAt(address.length() - 1) == ':';
        address.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return address.toString();
  }

  private static IllegalArgumentException refused(String text, String reason) {
    return new IllegalArgumentException("'" + text + "' " + reason);
  }
}
