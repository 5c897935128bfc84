package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Tests that share one server; each has a stream of its own, called like it.
abstract class OnOneServer extends OnRealServers {

  static NatsServers servers;
  static Connection nats;

  String prefix;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    servers = NatsServers.one(folder);
    nats = Nats.connect(servers.url(0));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (servers != null) {
      nats.close();
      servers.close();
    }
  }

  @BeforeEach
  void name(TestInfo test) {
    prefix = test.getTestMethod().orElseThrow().getName();
  }

  /// Asks JetStream for something.
  static JsonNode api(String what, String request) throws Exception {
    return api(nats, what, request);
  }
}
