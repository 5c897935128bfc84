package dev.tocsin.http;

/// Who asks, as the [Doorkeeper] has found out; means nothing to HTTP.
public interface Caller {

  /// Somebody of whom nothing is known.
  Caller ANYONE = new Caller() {};
}
