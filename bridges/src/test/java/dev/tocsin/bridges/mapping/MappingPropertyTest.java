package dev.tocsin.bridges.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.WebSocketEvent;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.JsonNode;

/// Whatever messages say, a mapping makes an event of them that the hub takes or refuses in words, or says why not.
class MappingPropertyTest {

  private static final EventEncoder HUB =
      new EventEncoder(EventCatalog.builtIn(), InstantSource.fixed(TestMessages.NOW));

  private static final Mapping MAPPING =
      TestMessages.mapping(
          MessageSource.MQTT,
          """
          {"topic":"#","event":"alert.created","correlation_id":"{payload.b}","key":"{payload}",
           "payload":{
             "id":"{payload.a}","event_id":{"from":"payload.b","scale":1e3,"default":1},
             "severity":{"from":"payload.a","steps":[[-1e9,"low"],[1e9,"high"]],"default":"medium"},
             "status":{"from":"payload.a.0","table":{"a":"pending","1":"delivered"},"default":"pending"},
             "dedup_key":"{topic}: {payload.a}","created_at":"{received}",
             "updated_at":{"from":"payload.b","time":"seconds","default":"2026-01-01T00:00:00Z"}},
           "extra":{"x":["{payload}",{"y":"{payload/a/b}"}],"z":{"from":"payload.b","as":"boolean","default":null}}}\
          """);

  /// How many levels of a hostile value branch. One level of a map is evaluated several times by jqwik, so each costs a
  /// multiple of the one below. Further levels hold one value each, and cost nothing.
  private static final int MAX_BRANCHING = 4;

  /// With those that branch and with the message around it: as deep as JSON may be here, and a little deeper.
  private static final int MAX_AROUND = 62;

  @Provide
  Arbitrary<String> hostile() {
    Arbitrary<String> shallow = hostile(MAX_BRANCHING);
    Arbitrary<String> deep =
        Combinators.combine(
                shallow,
                Arbitraries.of("[%s]", "[null,%s]", "{\"a\":%s}", "{\"0\":%s}", "{\"b\":%s}")
                    .list()
                    .ofMaxSize(MAX_AROUND))
            .as(MappingPropertyTest::within);
    return Arbitraries.oneOf(shallow, shallow, shallow, deep);
  }

  private static String within(String value, List<String> levels) {
    String text = value;
    for (String level : levels) {
      text = level.replace("%s", text);
    }
    return text;
  }

  private static Arbitrary<String> hostile(int depth) {
    Arbitrary<String> scalars =
        Arbitraries.oneOf(
            Arbitraries.of(
                "null",
                "true",
                "false",
                "0",
                "-0.0",
                "1e999999999",
                "-1e-999999999",
                "1e30",
                "99999999999999999999999999",
                "\"\"",
                "\"\\u0000\"",
                "\"{topic}\"",
                "\"NaN\"",
                "\"1e400\"",
                "\"-\"",
                "\"2026-02-30T00:00:00Z\"",
                "253402300800",
                "-62167219201"),
            Arbitraries.strings().ofMaxLength(20).map(text -> Json.write(TestMessages.text(text))),
            Arbitraries.doubles().map(String::valueOf).filter(text -> !text.contains("N")),
            Arbitraries.longs().map(String::valueOf));
    if (depth == 0) {
      return scalars;
    }
    return Arbitraries.lazyOf(
        () -> scalars,
        () -> scalars,
        () -> scalars,
        () ->
            hostile(depth - 1)
                .list()
                .ofMaxSize(3)
                .map(items -> "[" + String.join(",", items) + "]"),
        () ->
            Arbitraries.maps(Arbitraries.of("a", "b", "0", "a/b", ""), hostile(depth - 1))
                .ofMaxSize(3)
                .map(MappingPropertyTest::object));
  }

  private static String object(Map<String, String> members) {
    return members.entrySet().stream()
        .map(member -> "\"" + member.getKey() + "\":" + member.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Property(tries = 3_000)
  void hostileMessagesAreMappedOrRefusedInWords(
      @ForAll("hostile") String a, @ForAll("hostile") String b) {
    if (!(Json.read("{\"a\":" + a + ",\"b\":" + b + "}") instanceof Json.Value(JsonNode said))) {
      return; // half a surrogate pair, or too deep
    }
    BridgeMessage message =
        new BridgeMessage("b", List.of("x", "y"), said, Map.of(), TestMessages.NOW);

    switch (MAPPING.map(message)) {
      case Mapped.Event event -> {
        assertThat(event.envelope()).hasSizeLessThanOrEqualTo(WebSocketEvent.MAX_BYTES);
        switch (HUB.encode(event.envelope(), 0, event.envelope().length)) {
          case EncodedEvent encoded -> assertThat(encoded.type()).isEqualTo("alert.created");
          case Rejection rejection -> assertThat(rejection.message()).isNotBlank();
        }
      }
      case Mapped.Impossible impossible -> assertThat(impossible.sentence()).isNotBlank();
      case Mapped.Ignored ignored -> throw new AssertionError("no mapping ignores");
      case Mapped.NotMeant notMeant -> throw new AssertionError("it is meant");
    }
  }
}
