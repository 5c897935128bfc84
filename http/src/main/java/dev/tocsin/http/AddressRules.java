package dev.tocsin.http;

/// What an operator decides about the addresses that connections come from.
///
/// @param maxConnections how many there may be from one, or from one network where addresses are IPv6; 0 for any number
/// @param proxies who is believed what it says of those it speaks for
public record AddressRules(int maxConnections, TrustedProxies proxies) {

  /// How many connections there may usually be from one address, where others than this machine may connect.
  public static final int USUAL_CONNECTIONS = 256;

  /// Any number, and nobody is believed.
  public static final AddressRules NONE = new AddressRules(0, TrustedProxies.NONE);

  public AddressRules {
    if (maxConnections < 0) {
      throw new IllegalArgumentException("a number of connections is not negative");
    }
  }
}
