package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/// Whether a server could listen somewhere.
class PortLookTest {

  @Test
  void aPortIsFreeUntilSomebodyListensThere() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      PortLook look = PortLook.at("127.0.0.1", taken.getLocalPort());

      assertThat(look.isTaken()).isTrue();
      assertThat(look.refusal()).contains("in use");
      taken.close();
      assertThat(PortLook.at("127.0.0.1", taken.getLocalPort()))
          .isEqualTo(new PortLook(null, false));
    }
    assertThat(PortLook.at("no.such.host.invalid", 8080))
        .isEqualTo(new PortLook("no such host", false));
  }
}
