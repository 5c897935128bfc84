package dev.tocsin.bridges.out.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which addresses are of the public Internet, and which lead into somebody's own network or to nowhere.
///
/// Of IPv6 only what is assigned as global unicast is public, but for what carries an IPv4 address in it or has a purpose of
/// its own (RFC 6890); with NAT64 (RFC 6052) the IPv4 address counts.
final class Addresses {

  private static final Range[] NOT_PUBLIC_4 = {
    new Range("this network", 0, 0, 8),
    new Range("private", 10, 0, 8),
    new Range("carrier-grade NAT", 100, 64, 10),
    new Range("loopback", 127, 0, 8),
    new Range("link-local", 169, 254, 16),
    new Range("private", 172, 16, 12),
    new Range("private", 192, 168, 16),
    new Range("for measurements", 198, 18, 15),
    new Range("multicast", 224, 0, 4),
    new Range("reserved", 240, 0, 4),
  };

  /// A block of IPv4.
  ///
  /// @param bits of the prefix, of the first two bytes
  private record Range(String name, int first, int second, int bits) {

    boolean holds(byte[] address) {
      int shift = 16 - bits;
      int there = ((address[0] & 0xff) << 8) | (address[1] & 0xff);
      return there >> shift == ((first << 8) | second) >> shift;
    }
  }

  private Addresses() {}

  /// Of what kind an address is that is not public; `null` for one that is.
  static @Nullable String notPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address ? notPublic4(bytes) : notPublic6(bytes);
  }

  private static @Nullable String notPublic4(byte[] a) {
    for (Range range : NOT_PUBLIC_4) {
      if (range.holds(a)) {
        return range.name();
      }
    }
    int three = ((a[0] & 0xff) << 16) | ((a[1] & 0xff) << 8) | (a[2] & 0xff);
    return switch (three) {
      case 0xc00000 -> "for protocols"; // 192.0.0.0/24
      case 0xc00002, 0xc63364, 0xcb0071 -> "for documentation"; // 192.0.2, 198.51.100, 203.0.113
      case 0xc05863 -> "of a relay"; // 192.88.99.0/24
      default -> null;
    };
  }

  private static @Nullable String notPublic6(byte[] a) {
    int first = ((a[0] & 0xff) << 8) | (a[1] & 0xff);
    int second = ((a[2] & 0xff) << 8) | (a[3] & 0xff);
    if (isZero(a, 0, 10) && first == 0) {
      return lowest(a);
    }
    if (first == 0x64 && second == 0xff9b && isZero(a, 4, 12)) {
      return notPublic4(Arrays.copyOfRange(a, 12, 16));
    }
    if ((first & 0xfe00) == 0xfc00) {
      return "unique-local";
    }
    if ((first & 0xff80) == 0xfe80) {
      return "link-local or site-local";
    }
    if ((first & 0xff00) == 0xff00) {
      return "multicast";
    }
    if ((first & 0xe000) != 0x2000) {
      return "not of the Internet";
    }
    if (first == 0x2001 && (second & 0xfe00) == 0) {
      return "for protocols"; // 2001::/23, with Teredo
    }
    if ((first == 0x2001 && second == 0xdb8) || (first == 0x3fff && (second & 0xf000) == 0)) {
      return "for documentation";
    }
    return first == 0x2002 ? "IPv4 in IPv6" : null;
  }

  /// `::/80`: nothing, loopback, and IPv4 addresses.
  private static String lowest(byte[] a) {
    if (isZero(a, 10, 15)) {
      return switch (a[15]) {
        case 0 -> "unspecified";
        case 1 -> "loopback";
        default -> "IPv4 in IPv6";
      };
    }
    return "IPv4 in IPv6";
  }

  private static boolean isZero(byte[] a, int from, int to) {
    for (int i = from; i < to; i++) {
      if (a[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
