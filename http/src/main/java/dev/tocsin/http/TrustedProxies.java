package dev.tocsin.http;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The addresses of reverse proxies that are believed what they say of a request. Immutable.
public final class TrustedProxies {

  /// Nobody is believed.
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  private final List<IpSubnetFilterRule> networks;

  private TrustedProxies(List<IpSubnetFilterRule> networks) {
    this.networks = networks;
  }

  /// The proxies of some networks.
  ///
  /// @param networks each an address, or a network such as `10.0.0.0/8`
  /// @throws IllegalArgumentException when one is neither
  public static TrustedProxies of(List<String> networks) {
    return new TrustedProxies(networks.stream().map(TrustedProxies::network).toList());
  }

  private static IpSubnetFilterRule network(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    try {
      InetAddress address = IpLiteral.of(literal);
      int bits = address.getAddress().length * Byte.SIZE;
      int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      if (prefix >= 0 && prefix <= bits && !isShort(literal)) {
        return new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT);
      }
    } catch (IllegalArgumentException e) {
      // Neither an address nor a network, as is told of all others.
    }
    throw new IllegalArgumentException(
        "a network is an address such as 10.1.2.3, or several such as 10.0.0.0/8; was '"
            + text
            + "'");
  }

  /// Whether an address is one of IPv4 in fewer than four numbers: `10` is 0.0.0.10, and whoever writes it means
  /// 10.0.0.0/8.
  private static boolean isShort(String literal) {
    return literal.indexOf(':') < 0 && literal.split("\\.", -1).length < 4;
  }

  /// Whether anyone is believed.
  public boolean isEmpty() {
    return networks.isEmpty();
  }

  /// Whether whoever comes from an address is believed.
  ///
  /// @param address `null` for one that is not known
  boolean trusts(@Nullable InetAddress address) {
    if (address == null || networks.isEmpty()) {
      return false;
    }
    InetSocketAddress socket = new InetSocketAddress(address, 0);
    return networks.stream().anyMatch(network -> network.matches(socket));
  }
}
