package dev.tocsin.http;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// IP addresses that are written out: read in all the ways that `InetAddress.ofLiteral` of Java 22 takes, and written. Nothing
/// is ever looked up, so that an event loop may ask.
public final class IpLiteral {

  /// The longest way to write an IPv4 address.
  private static final int MAX_IPV4_LENGTH = 15;

  private static final int IPV4_BYTES = 4;

  private IpLiteral() {}

  /// The address that a text says.
  ///
  /// @throws IllegalArgumentException when it says none
  public static InetAddress of(String text) {
    try {
      if (text.indexOf(':') < 0) {
        return InetAddress.getByAddress(ipv4(text));
      }
      // In brackets Java takes a text for an address or for nothing, and never for a name.
      boolean isBracketed = text.startsWith("[") && text.endsWith("]");
      return InetAddress.getByName(isBracketed ? text : '[' + text + ']');
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no IP address: " + text, e);
    }
  }

  /// One to four numbers; the last has all the bytes that are left.
  private static byte[] ipv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (text.length() > MAX_IPV4_LENGTH || parts.length > IPV4_BYTES) {
      throw new IllegalArgumentException("no IP address: " + text);
    }
    byte[] bytes = new byte[IPV4_BYTES];
    for (int i = 0; i < parts.length - 1; i++) {
      bytes[i] = (byte) number(parts[i], 1, text);
    }
    int left = IPV4_BYTES - parts.length + 1;
    long last = number(parts[parts.length - 1], left, text);
    for (int i = IPV4_BYTES - 1; i >= IPV4_BYTES - left; i--) {
      bytes[i] = (byte) last;
      last >>= Byte.SIZE;
    }
    return bytes;
  }

  private static long number(String digits, int bytes, String text) {
    boolean isNumber = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    long number = isNumber ? Long.parseLong(digits) : -1;
    if (number < 0 || number >= 1L << (Byte.SIZE * bytes)) {
      throw new IllegalArgumentException("no IP address: " + text);
    }
    return number;
  }

  /// Whether only this machine reaches a host: 127.0.0.0/8, ::1 and `localhost`.
  ///
  /// @param host an address or a name; a name may mean anything
  public static boolean isLoopback(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return of(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// What is reached at an address, for instance `http://[::1]:8080`; without a scope, which no URL has.
  public static String url(String scheme, InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    String literal = NetUtil.toAddressString(ip);
    String host = ip instanceof Inet6Address ? '[' + literal + ']' : literal;
    return scheme + "://" + host + ':' + address.getPort();
  }
}
