package dev.tocsin.examples;

// @start region="example"
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.testkit.HeardEvents;
import dev.tocsin.testkit.TocsinTest;
import java.net.URI;
import org.junit.jupiter.api.Test;

@TocsinTest
class JanitorTest {
  @Test
  void deletesOldAlerts(URI url, HeardEvents heard) {
    new Janitor(url).sweep();

    assertEquals("too old", heard.awaitEvent(AlertDeletedPayload.class).reason());
    heard.assertNone(AlertDeletedPayload.class); // and only one
  }

  record Janitor(URI hub) {
    void sweep() {
      try (TocsinClient client = new TocsinClient(ClientOptions.of(hub))) {
        client.connect().join();
        client.publish(new AlertDeletedPayload("a-17", "too old")).join();
      }
    }
  }
}
// @end
