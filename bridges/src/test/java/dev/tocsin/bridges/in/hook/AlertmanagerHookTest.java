package dev.tocsin.bridges.in.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.Publisher;
import dev.tocsin.bridges.bridge.StateFile;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.Via;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An alert that is told again and again while time passes.
class AlertmanagerHookTest {

  private static final HookSettings.Alertmanager SETTINGS =
      new HookSettings.Alertmanager("prod", null, "severity", Map.of(), "medium");

  private final TestHub hub = new TestHub();
  private final BridgeFigures figures = new BridgeFigures(() -> TestMessages.NOW);
  private Instant now = TestMessages.NOW;
  private KnownAlerts known = new KnownAlerts(null);

  @TempDir private Path folder;

  private KnownAlerts written() {
    return new KnownAlerts(new StateFile(folder.resolve("prod.json")));
  }

  /// The Alertmanager says, a second after what it said before, that the alert is firing.
  private HookAnswer tell(String summary) throws InterruptedException {
    return tell("firing", summary);
  }

  /// @param said for instance `firing A`
  private HookAnswer say(String said) throws InterruptedException {
    int space = said.indexOf(' ');
    return tell(said.substring(0, space), said.substring(space + 1));
  }

  private HookAnswer tell(String status, String summary) throws InterruptedException {
    now = now.plusSeconds(1);
    String body =
        AlertmanagerBodies.group(
            AlertmanagerBodies.alert(
                status, "f1", "{\"alertname\":\"DiskFull\"}", "{\"summary\":\"" + summary + "\"}"));
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new AlertmanagerHook(SETTINGS, known, () -> now)
        .take(
            TestMessages.json(body),
            new HookRequest(Map.of(), bytes, hub),
            new Publisher("prod", hub, figures, bytes, Via.NONE));
  }

  private List<String> summaries() {
    return hub.events.stream()
        .map(event -> event.at("/payload/annotations/summary").stringValue())
        .toList();
  }

  @Test
  void alertThatSaysAgainWhatItHasSaidBeforeIsUpdatedEachTime() throws Exception {
    for (String summary : List.of("A", "B", "A", "B", "A")) {
      assertThat(tell(summary)).isEqualTo(new HookAnswer.Taken(1, 0, 0));
    }

    assertThat(summaries()).containsExactly("A", "B", "A", "B", "A");
    assertThat(hub.types().subList(1, 5)).containsOnly("alert.updated");
  }

  @Test
  void changesAreCountedOnAfterARestart() throws Exception {
    known = written();
    tell("A");
    tell("B");
    tell("A");
    known = written();

    assertThat(tell("B")).isEqualTo(new HookAnswer.Taken(1, 0, 0));
    assertThat(summaries()).containsExactly("A", "B", "A", "B");
  }

  @Test
  void changeThatIsSentAgainAfterACrashIsOneEvent() throws Exception {
    Path state = folder.resolve("prod.json");
    Path before = folder.resolve("before");
    known = written();
    tell("A");
    Files.copy(state, before);
    tell("B");
    // Killed before it could write down what it had published.
    Files.move(before, state, StandardCopyOption.REPLACE_EXISTING);
    known = written();

    assertThat(tell("B")).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    assertThat(tell("A")).isEqualTo(new HookAnswer.Taken(1, 0, 0));
    assertThat(summaries()).containsExactly("A", "B", "A");
  }

  /// Prometheus was cut off and came back: the alert is the same, since when as well.
  @Test
  void alertThatFiresAfterItWasResolvedIsOpenedAgain() throws Exception {
    known = written();
    List<String> told =
        List.of(
            "firing A",
            "firing A",
            "resolved A",
            "resolved A",
            "firing A",
            "firing A",
            "firing B",
            "resolved B",
            "firing B",
            "resolved B");
    for (String one : told) {
      known = written();
      say(one);
    }

    assertThat(hub.types())
        .containsExactly(
            "alert.created",
            "alert.resolved",
            "alert.created",
            "alert.updated",
            "alert.resolved",
            "alert.created",
            "alert.resolved");
    assertThat(hub.payloads())
        .extracting(payload -> payload.get("id"))
        .containsOnly(hub.payloads().getFirst().get("id"));
    assertThat(hub.payloads().get(2).get("status")).hasToString("\"pending\"");
    assertThat(hub.payloads().get(2).get("created_at")).hasToString("\"2026-03-04T05:00:00Z\"");
    assertThat(hub.payloads().get(2).get("updated_at")).hasToString("\"2026-03-04T05:06:12Z\"");
  }

  /// Whatever the Alertmanager says, it says it again when nobody has answered.
  @Test
  void whatIsSentAgainAfterACrashIsOneEvent() throws Exception {
    Path state = folder.resolve("prod.json");
    Path before = folder.resolve("before");
    for (String one : List.of("firing A", "resolved A", "firing A", "resolved A", "firing B")) {
      known = written();
      known.save();
      if (Files.exists(state)) {
        Files.copy(state, before, StandardCopyOption.REPLACE_EXISTING);
      }
      say(one);
      // Killed before it could write down what it had published.
      if (Files.exists(before)) {
        Files.move(before, state, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.delete(state);
      }
      known = written();
      assertThat(say(one)).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    }

    assertThat(hub.types())
        .containsExactly(
            "alert.created", "alert.resolved", "alert.created", "alert.resolved", "alert.created");
  }

  @Test
  void alertThatIsToldAgainAndAgainIsNotForgotten() throws Exception {
    tell("A");
    for (int i = 1; i < KnownAlerts.MAX_ALERTS; i++) {
      known.note("other" + i, new KnownAlerts.Known("", false, 0, 0));
    }
    hub.forgetKeys();

    tell("A");
    known.note("one too many", new KnownAlerts.Known("", false, 0, 0));

    assertThat(tell("A")).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    assertThat(hub.types()).containsExactly("alert.created");
    assertThat(known.get("other1")).isNull();
  }
}
