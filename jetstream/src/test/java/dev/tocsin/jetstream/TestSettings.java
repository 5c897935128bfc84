package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Settings as tests want them: those that they name, and ordinary ones for the rest. Of one thread.
final class TestSettings {

  private final String prefix;
  private List<String> servers;
  private int replicas;
  private boolean create = true;
  private long bytes = 64 << 20;
  private Duration window = Duration.ofMinutes(10);
  private Duration retain = Duration.ofDays(7);
  private boolean power;
  private boolean synced;
  private Path credentials;
  private JetStreamTls tls;

  private TestSettings(List<String> servers, String prefix, int replicas) {
    this.servers = servers;
    this.prefix = prefix;
    this.replicas = replicas;
  }

  static TestSettings of(NatsServers servers, String prefix) {
    return new TestSettings(servers.urls(), prefix, servers.count() == 1 ? 1 : 3);
  }

  TestSettings at(List<String> addresses) {
    servers = addresses;
    return this;
  }

  /// Keeps each event on one server.
  TestSettings withoutReplicas() {
    replicas = 1;
    return this;
  }

  TestSettings keeping(long atMost) {
    bytes = Math.min(atMost, 256 << 20);
    return this;
  }

  TestSettings remembering(Duration keys) {
    window = keys;
    return this;
  }

  /// Keeps events, and remembers keys, for a time.
  TestSettings retaining(Duration time) {
    retain = time;
    window = time;
    return this;
  }

  TestSettings notCreating() {
    create = false;
    return this;
  }

  TestSettings surviving(boolean theLossOfPower, boolean onTheOperatorsWord) {
    power = theLossOfPower;
    synced = onTheOperatorsWord;
    return this;
  }

  TestSettings showing(Path file) {
    credentials = file;
    return this;
  }

  TestSettings with(JetStreamTls files) {
    tls = files;
    return this;
  }

  JetStreamSettings build() {
    return new JetStreamSettings(
        servers, prefix, replicas, create, retain, bytes, window, power, synced, credentials, tls);
  }
}
