package dev.tocsin.gateway;

import dev.tocsin.hub.LateLog;

/// Clients that do not take what they are sent, on a log that is read across a network, and hardly anything of
/// which is in memory.
class LateSlowReaderTest extends SlowReaderTest {

  @Override
  TestServer start(GatewaySettings settings) {
    return TestServer.forgetful(new LateLog(TestServer.memory()), settings);
  }
}
