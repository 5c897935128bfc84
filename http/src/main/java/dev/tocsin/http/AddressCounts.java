package dev.tocsin.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How many there are from each address, or from each network where addresses are IPv6. Safe for any thread.
public final class AddressCounts {

  /// Whoever has an IPv6 address has a network of them: the first half names it.
  private static final int NETWORK_BYTES = 8;

  private final ConcurrentHashMap<ByteBuffer, Integer> counts = new ConcurrentHashMap<>();

  /// What stands for an address where those of one owner count together.
  ///
  /// @param address `null` for one that is not known
  public static ByteBuffer owner(@Nullable InetAddress address) {
    byte[] bytes = address == null ? new byte[0] : address.getAddress();
    return ByteBuffer.wrap(
        address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }

  /// Counts one more.
  ///
  /// @return how many there are now
  public int enter(@Nullable InetAddress address) {
    return counts.merge(owner(address), 1, Integer::sum);
  }

  /// Counts one less.
  public void leave(@Nullable InetAddress address) {
    counts.computeIfPresent(owner(address), (owner, count) -> count == 1 ? null : count - 1);
  }
}
