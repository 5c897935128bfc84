package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Who has sent a request, as far as is known: the other end of its connection, or whom a trusted proxy there speaks for
/// (`X-Forwarded-For`, `-Host`, `-Proto`).
///
/// @param address the last one on the way that is no trusted proxy's; `null` where it is not known
/// @param proxied whether a trusted proxy speaks for it
/// @param host what it has named as the host; `null` when no proxy has said
/// @param scheme `http` or `https`, by which it has come; `null` when no proxy has said
public record Sender(
    @Nullable InetAddress address,
    boolean proxied,
    @Nullable String host,
    @Nullable String scheme) {

  /// What one proxy may have named.
  private static final int MAX_HOPS = 32;

  /// Somebody who has come without a proxy.
  static Sender direct(@Nullable InetAddress address) {
    return new Sender(address, false, null, null);
  }

  /// Reads what is said of a request.
  ///
  /// @param peer the other end of the connection
  static Sender of(@Nullable InetAddress peer, HttpHeaders headers, TrustedProxies proxies) {
    if (!proxies.trusts(peer)) {
      return direct(peer);
    }
    return new Sender(
        client(peer, headers, proxies),
        true,
        last(headers, "X-Forwarded-Host"),
        scheme(last(headers, "X-Forwarded-Proto")));
  }

  /// Each proxy adds whom it has heard at the end: the first from there that is no trusted proxy is the client, whatever
  /// that has said before.
  private static @Nullable InetAddress client(
      @Nullable InetAddress peer, HttpHeaders headers, TrustedProxies proxies) {
    List<String> hops = hops(headers, "X-Forwarded-For");
    InetAddress client = peer;
    for (int i = hops.size() - 1; i >= 0 && i >= hops.size() - MAX_HOPS; i--) {
      InetAddress hop = address(hops.get(i));
      if (hop == null) {
        return client;
      }
      client = hop;
      if (!proxies.trusts(hop)) {
        return client;
      }
    }
    return client;
  }

  private static @Nullable InetAddress address(String text) {
    String literal = text;
    if (literal.startsWith("[")) {
      int end = literal.indexOf(']');
      literal = end < 0 ? literal : literal.substring(1, end);
    } else if (literal.indexOf(':') == literal.lastIndexOf(':') && literal.indexOf(':') > 0) {
      literal = literal.substring(0, literal.indexOf(':'));
    }
    try {
      return IpLiteral.of(literal);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable String last(HttpHeaders headers, String name) {
    List<String> values = hops(headers, name);
    return values.isEmpty() || values.getLast().isEmpty() ? null : values.getLast();
  }

  /// Some proxies name the scheme of a WebSocket's own URL; a page's origin has the other.
  private static @Nullable String scheme(@Nullable String told) {
    if (told == null) {
      return null;
    }
    String lowerCased = told.toLowerCase(Locale.ROOT);
    return switch (lowerCased) {
      case "ws" -> "http";
      case "wss" -> "https";
      default -> lowerCased;
    };
  }

  private static List<String> hops(HttpHeaders headers, String name) {
    return headers.getAll(name).stream()
        .flatMap(value -> List.of(value.split(",", -1)).stream())
        .map(String::strip)
        .toList();
  }

  /// The address as the operator is told it.
  public String text() {
    return address == null ? "unknown" : PeerAddress.text(address);
  }
}
