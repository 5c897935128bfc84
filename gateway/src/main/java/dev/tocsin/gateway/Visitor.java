package dev.tocsin.gateway;

import dev.tocsin.http.Caller;
import dev.tocsin.http.Request;
import dev.tocsin.hub.Pass;
import org.jspecify.annotations.Nullable;

/// Who asks, as [Door] has found out.
///
/// @param pass what he was let in with; `null` for somebody who has presented nothing yet, and may only connect to do so
record Visitor(@Nullable Pass pass) implements Caller {

  /// Who makes a request, on a path that wants a credential.
  static Pass passOf(Request request) {
    if (request.caller() instanceof Visitor visitor && visitor.pass() != null) {
      return visitor.pass();
    }
    throw new IllegalStateException("nobody was let in to " + request.head().uri());
  }
}
