package dev.tocsin.describe;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Whatever comes for a CloudEvent is refused in words, or its envelope is an object of JSON.
class CloudEventsFuzzTest {

  private static final CloudEvents CLOUD_EVENTS = new CloudEvents(EventCatalog.builtIn());

  private static void check(CloudEvents.Reading reading) {
    if (reading instanceof CloudEvents.Read read
        && EventEncoder.syntaxFault(read.envelope()) != null) {
      throw new IllegalStateException(new String(read.envelope(), StandardCharsets.UTF_8));
    }
  }

  @FuzzTest
  void structured(byte[] json) {
    check(CLOUD_EVENTS.structured(json));
  }

  @FuzzTest
  void binary(byte[] body) {
    String text = new String(body, StandardCharsets.ISO_8859_1);
    check(
        CLOUD_EVENTS.binary(
            Map.of(
                "specversion",
                "1.0",
                "type",
                "alert.deleted",
                "source",
                "/s",
                "id",
                text,
                "channel",
                text),
            body));
  }
}
