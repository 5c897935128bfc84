package dev.tocsin.http;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Under whom time of an event loop is counted ([Allowance]): a principal at an address. Many machines may share a
/// credential, and many people an address.
///
/// @param name of the principal; empty for somebody of whom only the address is known
/// @param from see [AddressCounts#owner]
public record Payer(String name, ByteBuffer from) {

  /// A principal at an address.
  ///
  /// @param address `null` for one that is not known
  public static Payer of(String name, @Nullable InetAddress address) {
    return new Payer(name, AddressCounts.owner(address));
  }
}
