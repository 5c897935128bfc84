package dev.tocsin.http;

import org.jspecify.annotations.Nullable;

/// Who asks, as the [Doorkeeper] has found out; means nothing to HTTP.
public interface Caller {

  /// Somebody of whom nothing is known.
  Caller ANYONE = new Caller() {};

  /// Under whom his requests are counted; `null` where that is not known.
  default @Nullable Payer payer() {
    return null;
  }
}
