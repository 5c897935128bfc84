package dev.tocsin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.server.TocsinServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/// What the example says to a hub.
class AlarmApplicationTest {

  @Test
  void publishesToTheHubThatItIsTold() throws Exception {
    CompletableFuture<String> first = new CompletableFuture<>();
    try (TocsinServer hub = TocsinServer.builder().port(0).start()) {
      hub.follow(AlertDeletedPayload.class, (alert, event) -> first.complete(alert.id()));
      try (ConfigurableApplicationContext application =
          SpringApplication.run(AlarmApplication.class, "--tocsin.client.url=" + hub.url())) {
        assertThat(application.isRunning()).isTrue();
        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("a-17");
      }
    }
  }
}
