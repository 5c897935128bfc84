package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.bridge.Digest;

/// Numbers for security events that their system knows by a text: the same number for the same text.
public final class EventNumber {

  private EventNumber() {}

  /// A number of 53 bits, which every client can hold.
  public static long of(String id) {
    return Digest.of(id).number();
  }
}
