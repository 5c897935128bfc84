package dev.tocsin.gateway;

import dev.tocsin.hub.Authenticator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What all doors of a gateway share. Safe for any thread.
///
/// @param authenticator `null` where nobody is asked who he is
/// @param insecure whether the operator has said that this is meant
/// @param tickets those that are out
/// @param failures where bad credentials have come from
/// @param authentications what became of those that were presented
record AccessControl(
    @Nullable Authenticator authenticator,
    boolean insecure,
    Tickets tickets,
    FailedAttempts failures,
    Authentications authentications) {

  /// Nobody has come yet.
  static AccessControl of(AccessSettings settings, LongSupplier nanoTime) {
    return new AccessControl(
        settings.authenticator(),
        settings.insecure(),
        new Tickets(nanoTime),
        new FailedAttempts(nanoTime),
        new Authentications());
  }
}
