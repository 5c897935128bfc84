package dev.tocsin.bridges.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.hub.BridgeHub;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Via;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What becomes of events that have come through other hubs.
class PublisherViaTest {

  private static final byte[] EVENT =
      "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"1\"}}".getBytes(StandardCharsets.UTF_8);

  /// A hub one of whose types allows no fields but its own.
  private static final class StrictHub implements BridgeHub {

    private final boolean isStrict;
    private final List<String> events = new ArrayList<>();

    StrictHub(boolean isStrict) {
      this.isStrict = isStrict;
    }

    @Override
    public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
      String event = new String(envelope, StandardCharsets.UTF_8);
      if (isStrict && event.contains("tocsin_via")) {
        return CompletableFuture.completedFuture(
            new Outcome.Refused(
                new Rejection(
                    ErrorCode.INVALID_PAYLOAD,
                    "no",
                    List.of(new PayloadError("/tocsin_via", "not_allowed", "is not allowed")))));
      }
      events.add(event);
      return CompletableFuture.completedFuture(new Outcome.Published(events.size(), false));
    }

    @Override
    public String id() {
      return "epoch-1";
    }
  }

  private static boolean publish(StrictHub hub, String via) throws Exception {
    return new Publisher(
            "ci", hub, new BridgeFigures(InstantSource.system()), new byte[0], Via.of(via))
        .publish(EVENT, null);
  }

  @Test
  void eventCarriesOnThroughWhichHubsItsMessageHasCome() throws Exception {
    StrictHub hub = new StrictHub(false);

    assertThat(publish(hub, "hub-a,hub-b")).isTrue();
    assertThat(hub.events.getFirst()).contains("\"tocsin_via\":\"hub-a, hub-b\"");
  }

  @Test
  void typeThatAllowsNoFurtherFieldsGoesWithout() throws Exception {
    StrictHub hub = new StrictHub(true);

    assertThat(publish(hub, "hub-a")).isTrue();
    assertThat(hub.events.getFirst()).doesNotContain("tocsin_via");
  }

  @Test
  void whatComesFromNoHubStaysAsItIs() throws Exception {
    StrictHub hub = new StrictHub(false);

    assertThat(publish(hub, "")).isTrue();
    assertThat(hub.events).containsExactly(new String(EVENT, StandardCharsets.UTF_8));
  }
}
