package dev.tocsin.jetstream;

import io.nats.client.impl.NatsServerPool;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The servers that the library may connect to: those that the operator has named, and those that these tell of. Remembers
/// behind which name an address was found, because the library connects to addresses and names them only. Any thread.
final class ServerAddresses extends NatsServerPool {

  /// How many addresses are remembered; then all are forgotten, and found out anew.
  private static final int MAX_ADDRESSES = 1_024;

  private final Set<String> configured = new LinkedHashSet<>();
  private final Map<String, Set<String>> names = new ConcurrentHashMap<>();

  /// @param servers what the operator has named
  ServerAddresses(Collection<String> servers) {
    servers.forEach(server -> configured.add(bare(URI.create(server).getHost())));
  }

  /// A host without the brackets that an address of IPv6 has in a URI.
  static String bare(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public @Nullable List<String> resolveHostToIps(
      String host, boolean maxOneResult, boolean includeIPV6) {
    List<String> addresses = super.resolveHostToIps(host, maxOneResult, includeIPV6);
    if (addresses != null) {
      addresses.forEach(address -> note(address, host));
    }
    return addresses;
  }

  private void note(String address, String host) {
    if (names.size() >= MAX_ADDRESSES) {
      names.clear();
    }
    names.computeIfAbsent(address, each -> ConcurrentHashMap.newKeySet()).add(host);
  }

  /// What a server may be called in its certificate: as it was named. One that others have told of by its address alone may be
  /// called like any that the operator has named.
  ///
  /// @param host to which the library has connected
  Set<String> namesOf(String host) {
    String peer = bare(host);
    Set<String> found = names.get(peer);
    if (found != null) {
      return found;
    }
    Set<String> possible = new LinkedHashSet<>();
    possible.add(peer);
    if (CertificateNames.isAddress(peer) && !configured.contains(peer)) {
      possible.addAll(configured);
    }
    return possible;
  }
}
