package dev.tocsin.hub;

import java.security.cert.X509Certificate;
import java.util.List;

/// What somebody presents to say who he is, not yet judged. Nothing of it is ever shown: no `toString` tells a secret.
public sealed interface Credential {

  /// A text that whoever holds it is known by: an API key, or a signed token.
  record Token(String text) implements Credential {

    @Override
    public String toString() {
      return "Token[…]";
    }
  }

  /// A certificate whose owner the TLS handshake has proved, and whose chain it has checked.
  record Certificate(X509Certificate certificate) implements Credential {

    @Override
    public String toString() {
      return "Certificate[…]";
    }
  }

  /// A name that a trusted proxy vouches for.
  ///
  /// @param roles the names of those that the proxy vouches for as well
  record Vouched(String name, List<String> roles) implements Credential {
    public Vouched {
      roles = List.copyOf(roles);
    }
  }
}
