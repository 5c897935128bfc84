package dev.tocsin.bridges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.in.hook.HookAnswer;
import dev.tocsin.bridges.in.hook.HookDesk;
import dev.tocsin.bridges.in.hook.HookRequest;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Rejection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Bridges that run, with what is posted to them and what becomes of it.
class BridgesTest {

  private static final String FILE =
      """
      {"bridges":[
        {"name":"ci","kind":"webhook","verify":{"scheme":"shared-secret","header":"X-Token","secret":{"env":"TOKEN"}},
         "map":[
           {"event":"alert.deleted","where":{"payload.action":"deleted"},"payload":{"id":"{payload.id}","reason":"{received}"},
            "key":"{payload.id}"},
           {"event":"job.progress","where":{"payload.action":["progress","both"]},
            "payload":{"job_id":"{payload.id}","job_type":"build","status":"running",
                       "progress":{"from":"payload.done","scale":100}}}]},
        {"name":"prod","kind":"alertmanager","severity":{"table":{"page":"critical"},"default":"low"}}]}\
      """;

  private final TestHub hub = new TestHub();
  private @Nullable Bridges bridges;

  @TempDir private Path folder;

  @AfterEach
  void close() {
    if (bridges != null) {
      bridges.close();
    }
  }

  private static BridgePlan plan() {
    return ((BridgeFile.Reading.Read)
            BridgeFile.read(FILE.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn()))
        .plan();
  }

  private Bridges bridges() throws MissingSecretException {
    if (bridges == null) {
      bridges =
          Bridges.of(plan(), Map.of("TOKEN", "s3"), folder, InstantSource.fixed(TestMessages.NOW));
      bridges.start(hub);
    }
    return bridges;
  }

  private CompletableFuture<HookAnswer> begin(String path, String body, Map<String, String> headers)
      throws MissingSecretException {
    return bridges()
        .receive(path, new HookRequest(headers, body.getBytes(StandardCharsets.UTF_8), hub))
        .toCompletableFuture();
  }

  private HookAnswer ci(String body) throws Exception {
    return begin("/hooks/ci", body, Map.of("x-token", "s3")).get(30, TimeUnit.SECONDS);
  }

  private HookAnswer prod(String body) throws Exception {
    return begin("/hooks/alertmanager/prod", body, Map.of()).get(30, TimeUnit.SECONDS);
  }

  private BridgeStanding standing(String name) throws Exception {
    return bridges().standings().stream()
        .filter(one -> one.name().equals(name))
        .findAny()
        .orElseThrow();
  }

  private static String alert(String status, String fingerprint, String labels) {
    return "{\"status\":\""
        + status
        + "\",\"fingerprint\":\""
        + fingerprint
        + "\",\"labels\":"
        + labels
        + ",\"annotations\":{\"summary\":\"x\"},\"startsAt\":\"2026-03-04T05:00:00.123456Z\","
        + "\"endsAt\":\""
        + (status.equals("firing") ? "0001-01-01T00:00:00Z" : "2026-03-04T05:05:00Z")
        + "\",\"generatorURL\":\"http://prometheus/graph\"}";
  }

  private static String group(String rest, String... alerts) {
    return "{\"version\":\"4\",\"groupKey\":\"{}:{}\",\"receiver\":\"tocsin\",\"status\":\"firing\""
        + rest
        + ",\"groupLabels\":{},\"commonLabels\":{},\"commonAnnotations\":{},\"externalURL\":\"http://am\""
        + ",\"alerts\":["
        + String.join(",", alerts)
        + "]}";
  }

  @Test
  void postBecomesTheEventsOfAllMappingsThatAreForIt() throws Exception {
    assertThat(ci("{\"action\":\"progress\",\"id\":7,\"done\":0.42}"))
        .isEqualTo(new HookAnswer.Taken(1, 0, 0));
    assertThat(hub.events.getFirst().get("payload").toString())
        .isEqualTo(
            "{\"job_id\":\"7\",\"job_type\":\"build\",\"status\":\"running\",\"progress\":42}");
  }

  @Test
  void postThatNoMappingIsForIsCounted() throws Exception {
    assertThat(ci("{\"action\":\"other\"}")).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    assertThat(standing("ci").ignored()).isEqualTo(Map.of("no_mapping", 1L));
    assertThat(standing("ci").received()).isEqualTo(1);
  }

  @Test
  void whatTheHubRefusesIsToldAndCountedWithTheLastExample() throws Exception {
    String body = "{\"action\":\"progress\",\"id\":7,\"done\":2}";

    assertThat(ci(body))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class,
            no -> {
              assertThat(no.rejection().code()).isEqualTo(ErrorCode.INVALID_PAYLOAD);
              assertThat(no.rejection().errors()).hasSize(1);
            });
    assertThat(standing("ci").refused())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo("invalid_payload");
          assertThat(refusal.sentence()).contains("/progress");
          assertThat(refusal.example()).isEqualTo(body);
          assertThat(refusal.at()).isEqualTo(TestMessages.NOW);
        });
  }

  @Test
  void whatCannotBeConvertedIsRefused() throws Exception {
    assertThat(ci("{\"action\":\"progress\",\"id\":7,\"done\":\"half\"}"))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class,
            no -> assertThat(no.rejection().message()).contains("half is no number"));
    assertThat(standing("ci").refused().getFirst().reason()).isEqualTo("not_convertible");
  }

  @Test
  void samePostIsOneEventByItsKey() throws Exception {
    String a = "{\"action\":\"deleted\",\"id\":\"a\"}";
    assertThat(ci(a)).isEqualTo(new HookAnswer.Taken(1, 0, 0));
    assertThat(ci(a)).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    assertThat(ci(a)).isEqualTo(new HookAnswer.Taken(0, 1, 0));
    ci("{\"action\":\"deleted\",\"id\":\"b\"}");

    assertThat(hub.events).hasSize(2);
    assertThat(standing("ci").published()).isEqualTo(2);
    assertThat(standing("ci").ignored()).isEqualTo(Map.of("repeated", 2L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {         | invalid_json
          ''        | invalid_json
          {"a":1} x | invalid_json
          """)
  void whatIsNoJsonIsRefused(String body, String reason) throws Exception {
    assertThat(ci(body))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class,
            no -> assertThat(no.rejection().code()).isEqualTo(ErrorCode.INVALID_JSON));
    assertThat(standing("ci").refused().getFirst().reason()).isEqualTo(reason);
  }

  @Test
  void numberThatWouldTakeMinutesToReadIsRefusedAtOnce() throws Exception {
    assertThat(ci("{\"action\":" + "9".repeat(1_000_000) + "}"))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class,
            no -> assertThat(no.rejection().message()).contains("more than 1000 digits"));
  }

  @Test
  void whoDoesNotHaveTheSecretIsNotBelieved() throws Exception {
    String body = "{\"action\":\"deleted\",\"id\":\"a\"}";

    assertThat(begin("/hooks/ci", body, Map.of("x-token", "s4")).get(30, TimeUnit.SECONDS))
        .isInstanceOf(HookAnswer.Unauthentic.class);
    assertThat(hub.events).isEmpty();
    assertThat(standing("ci").refused().getFirst())
        .satisfies(refusal -> assertThat(refusal.example()).isEmpty())
        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo("unauthenticated"));
  }

  @Test
  void whatHasComeOutOfThisHubIsNotTakenIn() throws Exception {
    String body = "{\"action\":\"deleted\",\"id\":\"a\"}";

    assertThat(
            begin("/hooks/ci", body, Map.of("x-token", "s3", "tocsin-via", "x, epoch-1"))
                .get(30, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class, no -> assertThat(no.rejection().message()).contains("loop"));
    assertThat(standing("ci").refused().getFirst().reason()).isEqualTo("loop");
    assertThat(
            begin("/hooks/ci", body, Map.of("x-token", "s3", "tocsin-via", "epoch-2"))
                .get(30, TimeUnit.SECONDS))
        .isEqualTo(new HookAnswer.Taken(1, 0, 0));
  }

  @Test
  void senderComesBackWhenTheLogTakesNothing() throws Exception {
    hub.trouble = new Rejection(ErrorCode.UNAVAILABLE, "the disk is full");

    assertThat(prod(group("", alert("firing", "f1", "{}"))))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class,
            no -> assertThat(no.rejection().code()).isEqualTo(ErrorCode.UNAVAILABLE));
    hub.trouble = null;

    assertThat(prod(group("", alert("firing", "f1", "{}"))))
        .isEqualTo(new HookAnswer.Taken(1, 0, 0));
  }

  @Test
  void moreThanMayWaitIsTurnedAwayAndTheRestKeepsItsOrder() throws Exception {
    CompletableFuture<Object> gate = new CompletableFuture<>();
    hub.gate = gate;
    List<CompletableFuture<HookAnswer>> answers = new ArrayList<>();
    for (int i = 0; i < HookDesk.MAX_WAITING + 2; i++) {
      answers.add(
          begin(
              "/hooks/ci",
              "{\"action\":\"deleted\",\"id\":\"" + i + "\"}",
              Map.of("x-token", "s3")));
    }

    // One may be with the thread, the others wait: the last is too many in any case.
    assertThat(answers.getLast().get(30, TimeUnit.SECONDS)).isEqualTo(new HookAnswer.Busy());
    assertThat(standing("ci").refused().getFirst().reason()).isEqualTo("busy");
    gate.complete("open");

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i).get(30, TimeUnit.SECONDS) instanceof HookAnswer.Taken) {
        expected.add(String.valueOf(i));
      }
    }
    assertThat(hub.events.stream().map(event -> event.at("/payload/id").stringValue()))
        .containsExactlyElementsOf(expected)
        .hasSizeGreaterThanOrEqualTo(HookDesk.MAX_WAITING);
  }

  @Test
  void closingAnswersWhoeverWaits() throws Exception {
    hub.gate = new CompletableFuture<>();
    CompletableFuture<HookAnswer> first =
        begin("/hooks/ci", "{\"action\":\"deleted\",\"id\":\"1\"}", Map.of("x-token", "s3"));
    CompletableFuture<HookAnswer> second =
        begin("/hooks/ci", "{\"action\":\"deleted\",\"id\":\"2\"}", Map.of("x-token", "s3"));

    bridges().close();

    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(new HookAnswer.Busy());
    assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(new HookAnswer.Busy());
    assertThat(begin("/hooks/ci", "{}", Map.of("x-token", "s3")).get(30, TimeUnit.SECONDS))
        .isEqualTo(new HookAnswer.Busy());
  }

  @Test
  void alertIsCreatedChangedAndResolvedOnceEach() throws Exception {
    String labels = "{\"alertname\":\"DiskFull\",\"severity\":\"page\"}";

    prod(group("", alert("firing", "f1", labels), alert("firing", "f2", "{}")));
    assertThat(prod(group("", alert("firing", "f1", labels))))
        .isEqualTo(new HookAnswer.Taken(0, 1, 0));
    prod(group("", alert("firing", "f1", "{\"alertname\":\"DiskFull\",\"severity\":\"warn\"}")));
    prod(group("", alert("resolved", "f1", labels)));
    prod(group("", alert("resolved", "f1", labels), alert("firing", "f2", "{}")));

    assertThat(hub.types())
        .containsExactly("alert.created", "alert.created", "alert.updated", "alert.resolved");
    JsonNode created = hub.events.getFirst().get("payload");
    assertThat(created.get("id").stringValue()).isEqualTo("f1-1772600400123");
    assertThat(created.get("severity").stringValue()).isEqualTo("critical");
    assertThat(created.get("rule_id").stringValue()).isEqualTo("DiskFull");
    assertThat(created.get("created_at").stringValue()).isEqualTo("2026-03-04T05:00:00.123Z");
    assertThat(created.get("event_id").longValue()).isBetween(0L, (1L << 53) - 1);
    assertThat(created.get("labels").toString()).isEqualTo(labels);
    assertThat(created.get("source").stringValue()).isEqualTo("prod");
    JsonNode updated = hub.events.get(2).get("payload");
    assertThat(updated.get("id")).isEqualTo(created.get("id"));
    assertThat(updated.get("severity").stringValue()).isEqualTo("low");
    assertThat(hub.events.get(3).at("/payload/resolved_at").stringValue())
        .isEqualTo("2026-03-04T05:05:00Z");
    assertThat(standing("prod").ignored()).isEqualTo(Map.of("repeated", 3L));
  }

  @Test
  void alertsThatAreKnownStaySoAfterARestart() throws Exception {
    prod(group("", alert("firing", "f1", "{}"), alert("resolved", "f2", "{}")));
    bridges().close();
    bridges = null;
    hub.forgetKeys();

    prod(group("", alert("firing", "f1", "{}"), alert("resolved", "f2", "{}")));
    prod(group("", alert("resolved", "f1", "{}")));

    assertThat(hub.types()).containsExactly("alert.created", "alert.resolved", "alert.resolved");
  }

  @Test
  void stateThatIsRubbishIsBegunAnew() throws Exception {
    Files.writeString(folder.resolve("prod.json"), "{\"alerts\":[{\"id\":7},5,null]");

    assertThat(prod(group("", alert("firing", "f1", "{}"))))
        .isEqualTo(new HookAnswer.Taken(1, 0, 0));
    assertThat(Files.readString(folder.resolve("prod.json"))).contains("f1-1772600400123");
  }

  @Test
  void alertsThatWereLeftOutAreAWarning() throws Exception {
    String body = group(",\"truncatedAlerts\":3", alert("firing", "f1", "{}"));

    prod(body);
    prod(body);

    assertThat(hub.types()).containsExactly("alert.created", "system.error");
    JsonNode warning = hub.events.getLast().get("payload");
    assertThat(warning.get("error").stringValue()).isEqualTo("alerts_truncated");
    assertThat(warning.at("/details/truncated_alerts").intValue()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []                                                     | ''
          {}                                                     | /version, /alerts
          {"version":"4","groupKey":"g","receiver":"r","status":"firing","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"","truncatedAlerts":-1,"alerts":[1,{}]} | /truncatedAlerts, /alerts/0, /alerts/1/status, /alerts/1/fingerprint, /alerts/1/labels, /alerts/1/startsAt
          """)
  void whatIsNoMessageOfAnAlertmanagerIsRefusedWithAllItsFaults(String body, String paths)
      throws Exception {
    assertThat(prod(body))
        .isInstanceOfSatisfying(
            HookAnswer.Refused.class,
            no -> {
              assertThat(no.rejection().code()).isEqualTo(ErrorCode.INVALID_PAYLOAD);
              assertThat(no.rejection().errors().stream().map(error -> error.path()))
                  .containsExactly(paths.split(", ", -1));
            });
    assertThat(hub.events).isEmpty();
    assertThat(standing("prod").refused())
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo("malformed");
          assertThat(refusal.example()).isEqualTo(body);
          assertThat(refusal.sentence()).contains(paths.split(", ", -1));
        });
  }

  @Test
  void bridgesDoNotStartWithoutTheirSecrets() {
    assertThatThrownBy(() -> Bridges.of(plan(), Map.of(), null, InstantSource.system()))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageContaining("ci: ")
        .hasMessageContaining("TOKEN");
  }
}
