package dev.tocsin.bridges.in.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookDeskTest {

  private final TestHub hub = new TestHub();

  @ParameterizedTest
  @ValueSource(
      classes = {
        OutOfMemoryError.class,
        StackOverflowError.class,
        NoClassDefFoundError.class,
        IllegalStateException.class
      })
  void hookThatBreaksDownAnswersAndTakesTheNextRequest(Class<? extends Throwable> type)
      throws Exception {
    Throwable fault = type.getConstructor(String.class).newInstance("a test's");
    Hook hook =
        (said, request, publisher) -> {
          if (said.path("break").asBoolean(false)) {
            throw unchecked(fault);
          }
          return new HookAnswer.Taken(0, 1, 0);
        };
    HookSettings bridge =
        new HookSettings.Alertmanager("prod", null, "severity", Map.of(), "medium");
    try (HookDesk desk = new HookDesk(bridge, null, hook, () -> TestMessages.NOW)) {
      desk.start(hub);

      assertThat(post(desk, "{\"break\":true}"))
          .isInstanceOfSatisfying(
              HookAnswer.Refused.class,
              no -> assertThat(no.rejection().code()).isEqualTo(ErrorCode.INTERNAL_ERROR));
      assertThat(post(desk, "{}")).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    }
  }

  private HookAnswer post(HookDesk desk, String body) throws Exception {
    return desk.receive(new HookRequest(Map.of(), body.getBytes(StandardCharsets.UTF_8), hub))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private static RuntimeException unchecked(Throwable fault) {
    if (fault instanceof Error error) {
      throw error;
    }
    return (RuntimeException) fault;
  }
}
