package dev.tocsin.jetstream;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// For whom a certificate was made (RFC 9525): the names and addresses among its subject's alternative names. Its common name
/// counts for nothing, as with other clients of NATS.
///
/// @param dns names, of which the first label may be `*`
/// @param addresses as texts
record CertificateNames(List<String> dns, List<String> addresses) {

  private static final int DNS = 2;
  private static final int ADDRESS = 7;

  static CertificateNames of(X509Certificate certificate) throws CertificateParsingException {
    List<String> dns = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    for (List<?> each : all == null ? List.<List<?>>of() : all) {
      if (each.get(1) instanceof String name) {
        if (each.get(0).equals(DNS)) {
          dns.add(name);
        } else if (each.get(0).equals(ADDRESS)) {
          addresses.add(name);
        }
      }
    }
    return new CertificateNames(List.copyOf(dns), List.copyOf(addresses));
  }

  /// Whether a host is one by its address, and not by a name.
  static boolean isAddress(String host) {
    return address(host) != null;
  }

  private static @Nullable InetAddress address(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// Whether a host is one for which the certificate was made.
  boolean has(String host) {
    InetAddress address = address(host);
    return address == null
        ? dns.stream().anyMatch(name -> matches(name, host))
        : addresses.stream().anyMatch(each -> address.equals(address(each)));
  }

  private static boolean matches(String name, String host) {
    if (!name.startsWith("*.")) {
      return name.equalsIgnoreCase(host);
    }
    int dot = host.indexOf('.');
    return dot > 0
        && name.indexOf('.', 2) > 0
        && name.regionMatches(true, 1, host, dot, Math.max(name.length() - 1, host.length() - dot));
  }

  @Override
  public String toString() {
    List<String> all = new ArrayList<>(dns);
    all.addAll(addresses);
    return all.isEmpty() ? "nobody by name" : String.join(", ", all);
  }
}
