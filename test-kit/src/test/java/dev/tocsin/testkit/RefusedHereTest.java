package dev.tocsin.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.server.TocsinServer;
import org.junit.jupiter.api.Test;

/// Why nothing came, where it was published in the process of the test.
@TocsinTest(awaitMillis = 100)
class RefusedHereTest {

  @Test
  void whatWasWrongWithARecordIsInTheFailure(TocsinServer server, HeardEvents heard) {
    server.publish(new AlertDeletedPayload(null, null)).join();

    assertThatThrownBy(() -> heard.awaitEvent(AlertDeletedPayload.class))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("alert.deleted: invalid_payload")
        .hasMessageContaining("alert.deleted: id: required");
  }
}
