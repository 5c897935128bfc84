package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ServerAddressTest {

  @ParameterizedTest
  @CsvSource({
    "localhost:8080,                 http://localhost:8080",
    "http://tocsin_server:8080,      http://tocsin_server:8080",
    "tocsin_server,                  http://tocsin_server",
    "WS://Tocsin_Server/ws,          http://tocsin_server/ws",
    "http://bücher.example:80,       http://xn--bcher-kva.example:80",
    "https://BÜCHER.example,         https://xn--bcher-kva.example",
    "http://b%C3%BCcher.example,     http://xn--bcher-kva.example",
    "http://例え.テスト/,              http://xn--r8jz45g.xn--zckzah/",
    "http://hub.example.:8080,       http://hub.example.:8080",
    "http://-a_.1b:1,                http://-a_.1b:1",
    "http://[::1]:8080,              http://[::1]:8080",
    "http://10.0.0.7:,               http://10.0.0.7"
  })
  void namesThatDnsAndContainerNetworksAllowAreTaken(String given, String expected) {
    assertThat(ServerAddress.parse(given).http()).isEqualTo(URI.create(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a b",
        "http://",
        "http://:80",
        "http://a..b",
        "http://a+b",
        "http://h:0",
        "http://h:65536",
        "http://h:x",
        "http://straße.example",
        "ftp://h",
        "https://tocsin_server"
      })
  void whatIsNoAddressIsRefusedInASentence(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServerAddress.parse(given))
        .withMessageContaining(given);
  }

  /// Somebody may have put a key there.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:secret@h",
        "http://secret@h",
        "http://user:secret@a b",
        "http://h/?token=secret",
        "http://h#secret"
      })
  void whatMayBeSecretIsRefusedAndNotRepeated(String given) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServerAddress.parse(given))
        .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("secret"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tocsin_server", "bücher.example", "a-.b_c.1d"})
  void suchNamesReallyConnect(String name) throws Exception {
    try (TinyWebSocketServer server = new TinyWebSocketServer()) {
      URI uri = URI.create("ws://" + name + ":" + server.uri().getPort());
      try (TocsinClient client = new TocsinClient(ClientOptions.of(uri))) {
        CompletableFuture<Position> connecting = client.connect();
        Peer peer = server.accept();
        peer.established("e1", 3);

        assertThat(connecting.get()).isEqualTo(new Position("e1", 3));
        assertThat(peer.target()).isEqualTo("/ws/events");
      }
    }
  }

  @Test
  void aNameThatNobodyKnowsIsSaid() {
    ClientOptions options = ClientOptions.of(URI.create("ws://no_such.invalid:1"));
    try (TocsinClient client =
        new TocsinClient(options.withDelays(Duration.ofMillis(1), Duration.ofMillis(1)))) {
      assertThatThrownBy(() -> client.connect().get())
          .hasMessageContaining("the host name \"no_such.invalid\" is unknown");
    }
  }

  @Test
  void onlyANameThatTheJdkDoesNotTakeIsLookedUp() throws UnknownHostException {
    URI ordinary = URI.create("http://no-such.invalid:1/a?b=c");

    assertThat(ServerAddress.target(ordinary).uri()).isEqualTo(ordinary);
    assertThat(ServerAddress.target(URI.create("http://tocsin_server:1/a?b=c%2F")).uri())
        .isEqualTo(URI.create("http://127.0.0.1:1/a?b=c%2F"));
  }
}
