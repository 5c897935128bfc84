package dev.tocsin.describe;

/// The mapping between events and CloudEvents 1.0.
public final class CloudEvents {

  /// What stands before an event type on the way out.
  static final String TYPE_PREFIX = "tocsin.";

  private CloudEvents() {}
}
