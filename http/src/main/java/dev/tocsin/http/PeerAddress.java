package dev.tocsin.http;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// How a client's address is told to the operator.
public final class PeerAddress {

  private static final String NO_SCOPE = "%0";

  private PeerAddress() {}

  /// Address and port as they stand in a URL, for instance `127.0.0.1:50312` or `[::1]:50312`.
  public static String of(Channel channel) {
    return text(channel.remoteAddress());
  }

  /// The address alone; `null` where the client has none, as in tests.
  public static @Nullable InetAddress host(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress socket ? socket.getAddress() : null;
  }

  /// An address alone, of IPv6 in the one spelling of RFC 5952. Some transports give every IPv6 address a scope, which says
  /// nothing where it is 0.
  static String text(InetAddress address) {
    String text = NetUtil.toAddressString(address);
    String written = address.getHostAddress();
    int scope = written.indexOf('%');
    return scope < 0 || written.endsWith(NO_SCOPE) ? text : text + written.substring(scope);
  }

  static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress socket)) {
      return String.valueOf(address);
    }
    InetAddress host = socket.getAddress();
    String text = host == null ? socket.getHostString() : text(host);
    return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + socket.getPort();
  }
}
