package dev.tocsin.testkit;

import dev.tocsin.events.EventCatalog;

/// Tells the event types of a hub in a test, see [TocsinTest#catalog]. It has a constructor without parameters.
@FunctionalInterface
public interface TestCatalog {

  /// The types.
  EventCatalog catalog();

  /// The built-in ones.
  final class BuiltIn implements TestCatalog {

    /// Made by the extension.
    public BuiltIn() {}

    @Override
    public EventCatalog catalog() {
      return EventCatalog.builtIn();
    }
  }
}
