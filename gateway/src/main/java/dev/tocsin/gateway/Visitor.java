package dev.tocsin.gateway;

import dev.tocsin.http.Caller;
import dev.tocsin.http.Payer;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Request;
import dev.tocsin.http.Sender;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Pass;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who asks, as [Door] has found out.
///
/// @param pass what he was let in with; `null` for somebody who has presented nothing yet, and may only connect to do so
/// @param sender where he is
record Visitor(@Nullable Pass pass, Sender sender) implements Caller {

  /// Who makes a request.
  static Visitor of(Request request) {
    if (request.caller() instanceof Visitor visitor) {
      return visitor;
    }
    throw new IllegalStateException("nobody has asked who wants " + request.head().uri());
  }

  /// The principal where he is; of a stranger the address.
  @Override
  public Payer payer() {
    return Payer.of(access().map(Access::name).orElse(""), sender.address());
  }

  /// Whether it is known who he is.
  boolean isKnown() {
    return pass != null;
  }

  /// What he may read, publish and manage; somebody who has said nothing yet stays what he is.
  @Override
  public @Nullable Object standing() {
    return pass == null ? this : pass.access().map(Access::rights).orElse(null);
  }

  @Override
  public Problem withdrawn() {
    return Problem.unauthenticated(Door.UNAUTHENTICATED);
  }

  /// What he may now; empty when that has ended, or it is not known who he is.
  Optional<Access> access() {
    return pass == null ? Optional.empty() : pass.access();
  }
}
