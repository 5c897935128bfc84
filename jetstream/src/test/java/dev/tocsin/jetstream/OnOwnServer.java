package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Tests that each have a server of their own, and as many connections to it as they like.
abstract class OnOwnServer extends OnRealServers {

  NatsServers servers;

  private final List<Connection> connections = new ArrayList<>();

  @BeforeEach
  void startServer(@TempDir Path folder) throws Exception {
    servers = NatsServers.one(folder);
  }

  /// A connection that ends with the test.
  Connection connect() throws Exception {
    Connection connection = Nats.connect(servers.url(0));
    connections.add(connection);
    return connection;
  }

  @AfterEach
  void stopServer() throws Exception {
    for (Connection connection : connections) {
      connection.close();
    }
    if (servers != null) {
      servers.close();
    }
  }
}
