package dev.tocsin.bridges.in.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    try (HookDesk desk =
        new HookDesk(
            bridge,
            null,
            hook,
            new BridgeFigures(() -> TestMessages.NOW),
            () -> TestMessages.NOW)) {
      desk.start(hub);

      assertThat(post(desk, "{\"break\":true}"))
          .isInstanceOfSatisfying(
              HookAnswer.Refused.class,
              no -> assertThat(no.rejection().code()).isEqualTo(ErrorCode.INTERNAL_ERROR));
      assertThat(post(desk, "{}")).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    }
  }

  @Test
  void alertsThatCannotBeWrittenDownAreToldOf(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("state"));
    HookSettings bridge =
        new HookSettings.Alertmanager("prod", null, "severity", Map.of(), "medium");
    try (Bridge desk =
        bridge.make(
            new Equipment(Map.of(), file, () -> TestMessages.NOW, Backoff.usual(new Random(1))))) {
      desk.start(hub);
      post(
          (HookDesk) desk,
          AlertmanagerBodies.group(AlertmanagerBodies.alert("firing", "f", "{}", "{}")));

      BridgeStanding.Trouble trouble = Objects.requireNonNull(desk.standing().lastError());
      assertThat(trouble.sentence()).startsWith("what it remembers cannot be written to " + file);
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
