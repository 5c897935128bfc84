package dev.tocsin.http;

import org.jspecify.annotations.Nullable;

/// Who asks, as the [Doorkeeper] has found out. HTTP knows nothing of him but whether he may still have what he was
/// let in for: it asks once a second as long as his request or its answer is under way.
public interface Caller {

  /// Somebody of whom nothing is known.
  Caller ANYONE = new Caller() {};

  /// Under whom his requests are counted; `null` where that is not known.
  default @Nullable Payer payer() {
    return null;
  }

  /// What he may at this moment, in terms of his own: equal as long as nothing has changed. Cheap.
  ///
  /// @return `null` once he may nothing any more
  default @Nullable Object standing() {
    return ANYONE;
  }

  /// What he is told who may nothing any more.
  default Problem withdrawn() {
    return Problem.unauthenticated("Who asks is not known any more");
  }
}
