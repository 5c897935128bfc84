package dev.tocsin.spring;

import dev.tocsin.server.ServerBuilder;

/// Changes what the hub of an application is like, beyond its properties, before it is started. A bean of this type is asked.
@FunctionalInterface
public interface TocsinServerCustomizer {

  /// Says what is otherwise.
  void customize(ServerBuilder builder);
}
