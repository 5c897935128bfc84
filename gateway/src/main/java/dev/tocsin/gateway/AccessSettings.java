package dev.tocsin.gateway;

import dev.tocsin.http.AddressRules;
import dev.tocsin.hub.Authenticator;
import org.jspecify.annotations.Nullable;

/// What an operator decides about who may come in.
///
/// @param authenticator finds out who somebody is; `null` where nobody is asked, and anyone may do anything
/// @param insecure whether the operator has said that this is meant
/// @param addresses what holds for the addresses that connections come from
/// @param proxyHeaders where trusted proxies name whom they vouch for; `null` where they do not
/// @param audit takes what is to be known later of who came and what was denied
public record AccessSettings(
    @Nullable Authenticator authenticator,
    boolean insecure,
    AddressRules addresses,
    @Nullable ProxyHeaders proxyHeaders,
    Audit audit) {

  /// Nobody is asked, as is usual where only this machine can connect.
  public static final AccessSettings OPEN =
      new AccessSettings(null, false, AddressRules.NONE, null, Audit.NONE);

  /// The headers in which a trusted proxy vouches for somebody.
  ///
  /// @param user has the name
  /// @param roles has the names of roles, separated by commas; `null` for none
  public record ProxyHeaders(String user, @Nullable String roles) {}

  public AccessSettings {
    if (insecure && authenticator != null) {
      throw new IllegalArgumentException("either nobody is asked who he is, or everybody");
    }
    if (proxyHeaders != null && addresses.proxies().isEmpty()) {
      throw new IllegalArgumentException("a header vouches only where some proxy is trusted");
    }
  }
}
