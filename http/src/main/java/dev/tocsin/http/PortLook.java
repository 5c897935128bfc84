package dev.tocsin.http;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/// Whether a server could listen somewhere, tried by listening there for a moment. Nobody is let in meanwhile.
///
/// @param refusal why it could not, for a person; `null` when it could
/// @param isTaken whether that is because somebody listens there already
public record PortLook(@Nullable String refusal, boolean isTaken) {

  /// Tries it.
  public static PortLook at(String host, int port) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    // IPv4 alone, as the server does: for 0.0.0.0 Java would open a socket of IPv6 that takes both.
    try (ServerSocketChannel channel =
        address.getAddress() instanceof Inet4Address
            ? ServerSocketChannel.open(StandardProtocolFamily.INET)
            : ServerSocketChannel.open()) {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(address, 1);
      return new PortLook(null, false);
    } catch (IOException | UnresolvedAddressException e) {
      ListenFault fault = ListenFault.of(e);
      return new PortLook(fault.message(), fault.isTaken());
    }
  }
}
