package dev.tocsin.gateway;

import dev.tocsin.hub.Authenticator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What all doors of a gateway share. Safe for any thread.
///
/// @param settings what the operator has decided
/// @param tickets those that are out
/// @param failures where bad credentials have come from
/// @param quotas what the principals have used up
/// @param authentications what became of those that were presented
record AccessControl(
    AccessSettings settings,
    Tickets tickets,
    FailedAttempts failures,
    Quotas quotas,
    Authentications authentications) {

  /// Nobody has come yet.
  static AccessControl of(AccessSettings settings, LongSupplier nanoTime) {
    return new AccessControl(
        settings,
        new Tickets(nanoTime),
        new FailedAttempts(nanoTime),
        new Quotas(nanoTime),
        new Authentications());
  }

  /// Finds out who somebody is; `null` where nobody is asked.
  @Nullable Authenticator authenticator() {
    return settings.authenticator();
  }

  /// Whether the operator has said that nobody is to be asked.
  boolean insecure() {
    return settings.insecure();
  }
}
