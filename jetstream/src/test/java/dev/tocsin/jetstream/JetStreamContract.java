package dev.tocsin.jetstream;

import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.EventLogContract;

/// The contract of all logs, for streams of one server or of several. Each log has a prefix of its own.
abstract class JetStreamContract extends EventLogContract {

  private static int logs;

  /// The servers of all tests of the class.
  abstract NatsServers servers();

  @Override
  protected EventLog open(long keptBytes) throws Exception {
    NatsServers servers = servers();
    return JetStreamEventLog.open(
        TestSettings.of(servers, "log" + logs++).keeping(keptBytes * 2).build(), clock);
  }
}
