package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.testkit.HeardEvents;
import dev.tocsin.testkit.TocsinTest;
import java.net.URI;
import org.junit.jupiter.api.Test;

@TocsinTest
class WatchTest {

  @Test
  void hearsWhatItPublishes(URI hub, HeardEvents heard) throws Exception {
    assertEquals("a-17", Watch.publishAndHear(hub));
    assertEquals("duplicate", heard.awaitEvent(AlertDeletedPayload.class).reason());
  }
}
