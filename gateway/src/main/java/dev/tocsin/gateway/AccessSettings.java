package dev.tocsin.gateway;

import dev.tocsin.hub.Authenticator;
import org.jspecify.annotations.Nullable;

/// What an operator decides about who may come in.
///
/// @param authenticator finds out who somebody is; `null` where nobody is asked, and anyone may do anything
/// @param insecure whether the operator has said that this is meant
public record AccessSettings(@Nullable Authenticator authenticator, boolean insecure) {

  /// Nobody is asked, as is usual where only this machine can connect.
  public static final AccessSettings OPEN = new AccessSettings(null, false);

  public AccessSettings {
    if (insecure && authenticator != null) {
      throw new IllegalArgumentException("either nobody is asked who he is, or everybody");
    }
  }
}
