package dev.tocsin.gateway;

import dev.tocsin.http.Transport;
import dev.tocsin.hub.LateLog;

/// The rules about positions, on a log that is read across a network, and hardly anything of which is in memory.
class LatePositionsTest extends PositionsTest {

  @Override
  TestServer start(Transport transport) {
    return TestServer.forgetful(new LateLog(TestServer.memory()), TestServer.settings(transport));
  }
}
