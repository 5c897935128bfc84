package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// The contract with a stream on one server.
class JetStreamEventLogTest extends JetStreamContract {

  @BeforeAll
  static void start(@TempDir Path folder) {
    servers = NatsServers.one(folder);
  }
}
