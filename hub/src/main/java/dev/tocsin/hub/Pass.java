package dev.tocsin.hub;

import java.util.Optional;

/// A credential that was accepted, and what it is worth as time goes on: rights change, it expires, it is revoked. Safe for
/// any thread.
public interface Pass {

  /// The pass of anyone where nobody is asked who he is.
  Pass ANYONE = () -> Optional.of(Access.ANYONE);

  /// What it is worth now. Cheap: it is asked of every open connection, again and again.
  ///
  /// @return the same object as long as nothing has changed; empty once it has expired or was revoked
  Optional<Access> access();
}
