package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import java.time.Duration;
import java.util.List;

/// Settings as tests want them: those that they name, and ordinary ones for the rest.
record TestSettings(
    List<String> servers,
    String prefix,
    int replicas,
    boolean create,
    long bytes,
    Duration window) {

  static TestSettings of(NatsServers servers, String prefix) {
    return new TestSettings(
        servers.urls(),
        prefix,
        servers.count() == 1 ? 1 : 3,
        true,
        64 << 20,
        Duration.ofMinutes(10));
  }

  TestSettings keeping(long atMost) {
    return new TestSettings(servers, prefix, replicas, create, Math.min(atMost, 256 << 20), window);
  }

  TestSettings remembering(Duration keys) {
    return new TestSettings(servers, prefix, replicas, create, bytes, keys);
  }

  TestSettings notCreating() {
    return new TestSettings(servers, prefix, replicas, false, bytes, window);
  }

  JetStreamSettings build() {
    return new JetStreamSettings(
        servers,
        prefix,
        replicas,
        create,
        Duration.ofDays(7),
        bytes,
        window,
        false,
        false,
        null,
        null);
  }
}
