package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBufAllocator;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

class EntranceTest {

  private static LoadPlan plan(String server, Entrance entrance) {
    return new LoadPlan(
        URI.create(server),
        PeerProtocol.TOCSIN,
        "/pub",
        1,
        ReceiveBy.WEBSOCKET,
        0,
        List.of(List.of()),
        "detection.new",
        300,
        new Pace.InFlight(1),
        PublishBy.WS,
        1,
        Duration.ZERO,
        Duration.ofSeconds(1),
        1,
        false,
        entrance);
  }

  private static String request(Entrance entrance) {
    return new String(
        Handshake.request(plan("ws://h/ws/events", entrance), "/ws/events", false),
        StandardCharsets.US_ASCII);
  }

  @Test
  void whatIsShownStandsInTheHandshake() {
    assertThat(request(Entrance.open("Bearer abc")))
        .contains("\r\nAuthorization: Bearer abc\r\nUpgrade: websocket\r\n");
    assertThat(request(Entrance.OPEN)).doesNotContain("Authorization");
  }

  @Test
  void aPlanDoesNotPrintIt() {
    assertThat(plan("ws://h/", Entrance.open("Bearer secret")).toString()).doesNotContain("secret");
  }

  @Test
  void anEncryptedEntranceIsForAnEncryptedServer() throws Exception {
    Entrance secure = Entrance.encrypted(null, null);

    assertThat(plan("wss://h/", secure).port()).isEqualTo(443);
    assertThatIllegalArgumentException().isThrownBy(() -> plan("ws://h/", secure));
    assertThatIllegalArgumentException().isThrownBy(() -> plan("wss://h/", Entrance.OPEN));
  }

  @Test
  void hostNamesAreChecked() throws Exception {
    Entrance secure = Entrance.encrypted(null, null);

    SSLEngine engine = secure.handler(ByteBufAllocator.DEFAULT, "h", 443).engine();

    assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
    assertThat(engine.getUseClientMode()).isTrue();
  }
}
