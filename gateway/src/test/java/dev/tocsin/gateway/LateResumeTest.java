package dev.tocsin.gateway;

import dev.tocsin.hub.LateLog;

/// Those who come back and those who ask for history, on a log that is read across a network, and hardly
/// anything of which is in memory.
class LateResumeTest extends ResumeTest {

  @Override
  TestServer start() {
    return TestServer.forgetful(new LateLog(TestServer.memory()));
  }
}
