package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Deflated;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.StartFailedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EchoServerTest {

  private EchoServer server;

  @BeforeEach
  void start() throws StartFailedException {
    server = EchoServer.start(0);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private RawClient client() {
    return RawClient.to(server.address().getPort());
  }

  private RawClient open(String... headers) {
    RawClient client = client();
    client.send(RawWebSocket.handshake("/any/path", headers));
    assertThat(client.answer().status()).isEqualTo(101);
    return client;
  }

  @Test
  void sendsTextAndBinaryBack() {
    try (RawWebSocket socket = RawWebSocket.of(open())) {
      byte[] large = new byte[3 << 20];
      new Random(1).nextBytes(large);

      assertThat(socket.say("ä").frame()).hasToString("81 ä");
      Frame binary = socket.send(Frame.BINARY, large).frame();
      assertThat(binary.first()).isEqualTo(Frame.BINARY);
      assertThat(binary.payload()).isEqualTo(large);
      socket.send(0x02, Arrays.copyOf(large, 10)).send(0x80, new byte[0]);
      assertThat(socket.frame().payload()).isEqualTo(Arrays.copyOf(large, 10));
      assertThat(socket.send(Frame.PING, new byte[] {1}).frame().first()).isEqualTo(Frame.PONG);
      assertThat(socket.send(Frame.CLOSE, new byte[] {3, -24}).frame().closeCode()).isEqualTo(1000);
      assertThat(socket.rest()).isEmpty();
    }
  }

  @Test
  void compressesWhatGetsShorter() throws Exception {
    try (RawWebSocket socket =
        RawWebSocket.of(open("Sec-WebSocket-Extensions: permessage-deflate"))) {
      byte[] text = "x".repeat(60).getBytes(StandardCharsets.US_ASCII);
      Frame echo = socket.send(0xC1, Deflated.of(text)).frame();

      assertThat(echo.first()).isEqualTo(0xC1);
      assertThat(Deflated.inflated(echo.payload())).isEqualTo(text);
      assertThat(socket.say("a").frame()).hasToString("81 a");
    }
  }

  @Test
  void closesOnABrokenFrame() {
    try (RawWebSocket socket = RawWebSocket.of(open())) {
      assertThat(socket.send(0x83, new byte[0]).frame().closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void speaksNothingButWebSocket() {
    try (RawClient client = client()) {
      assertThat(client.ask(RawClient.get("/")).status()).isEqualTo(426);
      assertThat(client.ask(RawClient.get("/")).problem()).isEqualTo("426 upgrade_required");
    }
  }
}
