package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientOptionsTest {

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080,          ws://localhost:8080/ws/events",
    "HTTPS://hub.example/,           wss://hub.example/ws/events",
    "ws://[::1]:80,                  ws://[::1]:80/ws/events",
    "wss://h/behind/a/proxy/events,  wss://h/behind/a/proxy/events"
  })
  void theAddressIsTakenInEveryForm(String given, String expected) {
    assertThat(ClientOptions.of(URI.create(given)).uri()).isEqualTo(URI.create(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://h", "localhost:8080", "/ws/events", "ws:///x", "ws://h/?events=a"})
  void whatIsNoAddressOfAServerIsRefused(String given) {
    assertThatIllegalArgumentException().isThrownBy(() -> ClientOptions.of(URI.create(given)));
  }

  @Test
  void delaysArePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            ClientOptions.of(URI.create("ws://h"))
                .withDelays(Duration.ZERO, Duration.ofSeconds(1)));
  }
}
