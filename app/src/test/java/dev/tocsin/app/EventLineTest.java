package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.WebSocketEvent;
import java.time.ZoneId;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventLineTest {

  private static final int WIDE = Integer.MAX_VALUE;

  private static final EventLine PLAIN =
      new EventLine(new Colours(false), ZoneId.of("Europe/Vienna"));

  private static WebSocketEvent event(String type, String payload) {
    return WebSocketEvent.fromJson(
        "{\"type\":\"%s\",\"payload\":%s,\"timestamp\":\"2026-07-09T12:00:00Z\"}"
            .formatted(type, payload));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          alert.created|{'id':'a1','event_id':7,'severity':'critical','status':'pending','rule_id':'r'}|critical|a1|pending, about event 7, r
          alert.resolved|{'id':'a1','event_id':7,'resolution_notes':'gone'}||a1|resolved: gone
          camera.status_changed|{'camera_name':'Front','status':'offline','previous_status':'online','reason':'dark'}|offline|Front|was online, dark
          job.progress|{'job_id':'j','job_type':'export','progress':62,'message':'310 of 500'}|62 %|j|export: 310 of 500
          job_failed|{'job_id':'j','job_type':'export','error':'disk full'}|failed|j|export: disk full
          event.created|{'camera_id':'front','risk_score':87,'risk_level':'critical','summary':'Somebody'}|critical 87|front|Somebody
          detection.new|{'label':'cat','confidence':0.934,'camera_id':'c','bbox':{'x':1.4,'y':2,'width':30,'height':40}}||c|cat 93 % sure, 30 × 40 at 1, 2
          detection.batch|{'camera_id':'c','detections':[{'label':'cat'},{'label':'dog'},{'label':'cat'}]}||c|2 × cat, 1 × dog
          gpu.stats_updated|{'utilization':41.5,'memory_used':10,'memory_total':20,'temperature':63.2}||gpu|42 % busy, 10 of 20 MiB, 63 °C
          worker.restarting|{'worker_name':'w','attempt':2,'reason':'silent'}|restart 2|w|silent
          service.status_changed|{'service':'detector','status':'restart_failed','message':'m'}|restart fai…|detector|m
          house.painted|{'colour':'blue','coats':2,'more':{'x':1},'none':null}|||colour blue, coats 2
          """)
  void eachKindHasItsGist(String type, String payload, String level, String subject, String text) {
    assertThat(PLAIN.of(event(type, payload.replace('\'', '"')), WIDE))
        .isEqualTo(
            "%-8s  %-22s  %-12s  %-16s  %s"
                .formatted(
                    "14:00:00",
                    type,
                    level == null ? "" : level,
                    subject == null ? "" : subject,
                    text));
  }

  static Stream<String> types() {
    return EventCatalog.builtIn().allEventTypes().stream()
        .filter(type -> !type.reserved())
        .map(EventType::name);
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyTypeHasALineForItsExample(String type) {
    String example =
        EventCatalog.builtIn()
            .jsonSchema(type)
            .map(schema -> schema.path("examples").path(0).toString())
            .orElseThrow();

    assertThat(PLAIN.of(event(type, example), WIDE))
        .hasSizeGreaterThan(40)
        .doesNotContain("null")
        .doesNotContain("  ,");
  }

  @ParameterizedTest
  @MethodSource("types")
  void anEmptyPayloadDoesNoHarm(String type) {
    assertThat(PLAIN.of(event(type, "{}"), WIDE)).startsWith("14:00:00  ").doesNotContain("null");
  }

  @Test
  void theLineIsHarmlessAndBounded() {
    WebSocketEvent event =
        event(
            "event.created",
            "{\"camera_id\":\"\u202ex\u009b\",\"summary\":\"" + "é\u0085".repeat(9_000) + "\"}");

    assertThat(PLAIN.of(event, WIDE))
        .hasSizeLessThan(250)
        .doesNotContain("\u202e", "\u009b", "\u0085");
  }

  @Test
  void anUnreadableTimestampIsShownAsItIs() {
    WebSocketEvent event =
        new WebSocketEvent("a.b", null, "once upon\u001b a time", null, 1L, null, 0L);

    assertThat(PLAIN.of(event, WIDE)).startsWith("once up…  a.b");
  }

  @Test
  void coloursSurroundTheText() {
    EventLine coloured = new EventLine(new Colours(true), ZoneId.of("UTC"));

    assertThat(
            coloured.of(event("alert.created", "{\"severity\":\"critical\",\"id\":\"a\"}"), WIDE))
        .contains("\u001b[1;97;41mcritical    \u001b[0m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          house.painted|{'coats':1e400}|coats 1e400
          house.painted|{'coats':-2.5E-400}|coats -2.5e-400
          gpu.stats_updated|{'utilization':1e400,'temperature':1e-400}|1e400 % busy, 0 °C
          detection.new|{'label':'cat','confidence':1e400}|cat 1e402 % sure
          """)
  void aNumberBeyondAnyDoubleIsShownAsItIs(String type, String payload, String text) {
    assertThat(PLAIN.of(event(type, payload.replace('\'', '"')), WIDE)).endsWith("  " + text);
  }

  @Test
  void aLineFitsTheTerminalAndCutsWhatHappenedFirst() {
    WebSocketEvent event =
        event(
            "event.created",
            "{\"camera_id\":\"front\",\"risk_level\":\"critical\",\"summary\":\""
                + "漢字 and more ".repeat(20)
                + "\"}");

    for (int width : new int[] {20, 40, 60, 80, 95, 96, 120, 200}) {
      assertThat(TerminalText.width(PLAIN.of(event, width))).isLessThanOrEqualTo(width);
    }
    assertThat(PLAIN.of(event, 60)).startsWith("14:00:00  event.created  critical  front  漢字");
  }
}
