package dev.tocsin.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Set;
import java.util.stream.Stream;

/// The names of this test's network, as a hosts file or a container network would have them: all of
/// them are this machine. Others are looked up as always.
public final class TestNames extends InetAddressResolverProvider {

  private static final Set<String> NAMES =
      Set.of("tocsin_server", "a-.b_c.1d", "xn--bcher-kva.example");

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver usual = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        return NAMES.contains(host)
            ? Stream.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}))
            : usual.lookupByName(host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return usual.lookupByAddress(address);
      }
    };
  }

  @Override
  public String name() {
    return "the names of a test";
  }
}
