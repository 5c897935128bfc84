package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.EventLogContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/// The contract of all logs, for streams of one server or of several, which all tests of a class share. Each log has a prefix
/// of its own.
abstract class JetStreamContract extends EventLogContract {

  /// Of the class whose tests run; it starts them.
  static NatsServers servers;

  private static int logs;

  @TempDir private Path folder;

  @AfterAll
  static void stop() {
    if (servers != null) {
      servers.close();
      servers = null;
    }
  }

  @Override
  protected EventLog open(long keptBytes) throws Exception {
    String prefix = "log" + logs++;
    return JetStreamEventLog.open(
        TestSettings.of(servers, prefix).keeping(keptBytes * 2).build(),
        folder.resolve(prefix),
        clock);
  }
}
