package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/// Whether a server could listen somewhere.
class PortLookTest {

  @Test
  void aPortIsFreeUntilSomebodyListensThere() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
      PortLook look = PortLook.at("127.0.0.1", port);

      assertThat(look.isTaken()).isTrue();
      assertThat(look.refusal()).contains("in use");
    }
    assertThat(PortLook.at("127.0.0.1", port)).isEqualTo(new PortLook(null, false));
    assertThat(PortLook.at("no.such.host.invalid", 8080))
        .isEqualTo(new PortLook("no such host", false));
  }
}
