package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// The contract with a stream on one server.
class JetStreamEventLogTest extends JetStreamContract {

  private static NatsServers servers;

  @BeforeAll
  static void start(@TempDir Path folder) {
    servers = NatsServers.one(folder);
  }

  @AfterAll
  static void stop() {
    if (servers != null) {
      servers.close();
    }
  }

  @Override
  NatsServers servers() {
    return servers;
  }
}
