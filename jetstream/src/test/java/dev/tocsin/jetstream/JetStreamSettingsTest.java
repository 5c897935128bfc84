package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JetStreamSettingsTest {

  private static JetStreamSettings settings(String server, String prefix, int replicas) {
    return settings(server, prefix, replicas, Duration.ofDays(7));
  }

  private static JetStreamSettings settings(
      String server, String prefix, int replicas, Duration retain) {
    return new JetStreamSettings(
        List.of(server),
        prefix,
        replicas,
        true,
        retain,
        1 << 20,
        Duration.ofMinutes(10),
        false,
        false,
        null,
        null);
  }

  @Test
  void theStreamIsCalledLikeThePrefix() {
    assertThat(settings("nats://host:4222", "my.log-2", 3).stream()).isEqualTo("my_log-2");
  }

  @Test
  void noSecretIsTold() {
    JetStreamSettings settings = settings("tls://user:p%40ss@host:4222", "tocsin", 1);

    assertThat(settings.addresses()).containsExactly("tls://host:4222");
    assertThat(settings.toString()).doesNotContain("p%40ss").doesNotContain("user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host:4222",
        "http://host",
        "nats://",
        "nats://user:secret@ho st",
        "nats://user:secret"
      })
  void addressesThatAreNone(String server) {
    assertThatThrownBy(() -> settings(server, "tocsin", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NATS server")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "a b", "a*", ">", "$JS", "ä"})
  void prefixesThatAreNone(String prefix) {
    assertThatThrownBy(() -> settings("nats://host", prefix, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("prefix");
  }

  @Test
  void noStreamKeepsEventsForEver() {
    assertThatThrownBy(() -> settings("nats://host", "tocsin", 1, Duration.ofDays(200_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("106751 days at most");
    assertThat(settings("nats://host", "tocsin", 1, Duration.ofDays(106_751)).retain().toNanos())
        .isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 7})
  void replicasThatAreNone(int replicas) {
    assertThatThrownBy(() -> settings("nats://host", "tocsin", replicas))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1, 3 or 5");
  }
}
