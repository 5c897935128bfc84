package dev.tocsin.bridges.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Json;
import dev.tocsin.events.LongNumbers;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Whatever a message says, it becomes an event, is not meant, or is refused in words; whatever a file says, it is read or
/// refused in words.
class MappingFuzzTest {

  private static final List<Mapping> MAPPINGS =
      List.of(
          TestMessages.mapping(
              MessageSource.MQTT,
              """
              {"topic":"+/#","event":"alert.deleted","payload":{"id":"{topic.1}{payload.a}"},"key":"{payload}",
               "where":{"payload.a":{"not":"x","min":-1e99}}}\
              """),
          TestMessages.mapping(
              MessageSource.MQTT,
              """
              {"topic":"#","event":"alert.dismissed","correlation_id":"{payload.a.0}",
               "payload":{"id":"{payload}","event_id":{"from":"payload.a","scale":1e-9},
                          "dismissed_at":{"from":"payload.a","time":"microseconds"}},
               "extra":{"a":{"from":"payload.a","as":"integer"},
                        "b":{"from":"payload.a","steps":[[0,1],[1e20,2]],"default":3},
                        "c":{"from":"payload.a","table":{"1":true,"on":"{x}"},"default":[]},
                        "d":[{"from":"payload.a","as":"text"},{"e":"{payload/a/b}{payload.b}"}]}}\
              """));

  @FuzzTest(maxDuration = "60s")
  void messages(byte[] said) {
    if (LongNumbers.areIn(said)) {
      return;
    }
    JsonNode payload =
        Json.read(said) instanceof Json.Value(JsonNode tree)
            ? tree
            : JsonNodeFactory.instance.stringNode(new String(said, StandardCharsets.UTF_8));
    for (Mapping mapping : MAPPINGS) {
      for (String topic : List.of("a", "a/b", new String(said, StandardCharsets.ISO_8859_1))) {
        BridgeMessage message =
            new BridgeMessage("b", TopicFilter.split(topic), payload, Map.of(), TestMessages.NOW);
        switch (mapping.map(message)) {
          case Mapped.Event event -> {
            assertThat(event.envelope()).hasSizeLessThanOrEqualTo(WebSocketEvent.MAX_BYTES);
            assertThat(event.type()).isEqualTo(mapping.event());
          }
          case Mapped.Impossible impossible -> assertThat(impossible.sentence()).isNotBlank();
          case Mapped.NotMeant notMeant -> {}
          case Mapped.Ignored ignored -> throw new AssertionError("no mapping ignores");
        }
      }
    }
  }

  @FuzzTest(maxDuration = "60s")
  void files(byte[] file) {
    if (BridgeFile.read(file, EventCatalog.builtIn())
        instanceof BridgeFile.Reading.Refused refused) {
      assertThat(refused.faults())
          .isNotEmpty()
          .hasSizeLessThanOrEqualTo(Faults.MAX_TOLD + 1)
          .allSatisfy(fault -> assertThat(fault.message()).isNotBlank().hasSizeLessThan(2_000));
    }
  }
}
