package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class PlainEnvelopeTest {

  private static final EventCatalog CATALOG = EventCatalog.builtIn();
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-09T12:00:00Z"));
  private static final EventEncoder ENCODER = new EventEncoder(CATALOG, CLOCK);

  private static final String GPU =
      "{\"utilization\":99.5,\"memory_used\":0,\"temperature\":-0.5,\"timestamp\":\"2026-01-09T12:00:00Z\"}";

  /// What mutations put into an event: all that means something in JSON or comes near it.
  private static final byte[] LETTERS =
      "{}[]:,\"\\ubnrtf/+-.0123456789eE tTzZ\n\r\t\0\177nulltruefalse\u00e9\ud83e\udd8a"
          .getBytes(StandardCharsets.UTF_8);

  /// The heart of it: whatever the one pass takes, the whole check takes as well, with the same result.
  ///
  /// @return whether the one pass took it
  static boolean agrees(byte[] json, int offset, int length) {
    PlainEnvelope plain = new PlainEnvelope(CATALOG, json, offset, length);
    if (!plain.isValid()) {
      return false;
    }
    EncodedEvent fast = plain.encoded(json, CLOCK);
    EncodingResult any = ENCODER.encodeAny(json, offset, length, new Suggestions.Budget());
    assertThat(any)
        .as(() -> new String(json, offset, length, StandardCharsets.ISO_8859_1))
        .isInstanceOf(EncodedEvent.class);
    EncodedEvent slow = (EncodedEvent) any;
    assertThat(fast.json()).isEqualTo(slow.json());
    assertThat(fast.payload()).isEqualTo(slow.payload());
    assertThat(fast.type()).isEqualTo(slow.type());
    assertThat(fast.timestamp()).isEqualTo(slow.timestamp());
    assertThat(fast.correlationId()).isEqualTo(slow.correlationId());
    assertThat(fast.channel()).isEqualTo(slow.channel());
    assertThat(key(fast)).isEqualTo(key(slow));
    return true;
  }

  /// What an event is about, as its bytes tell; `null` when they tell of nothing.
  private static @Nullable String key(EncodedEvent event) {
    String field =
        CATALOG.payloadSchema(event.type()).flatMap(PayloadSchema::keyField).orElse("none");
    KeyReader reader = new KeyReader(field);
    return reader.read(event) ? reader.isNumber() + reader.text() : null;
  }

  private static boolean agrees(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return agrees(bytes, 0, bytes.length);
  }

  private static List<String> examples() {
    return CATALOG.allEventTypes().stream()
        .filter(type -> !type.reserved())
        .map(type -> {
          ObjectNode schema = CATALOG.jsonSchema(type.name()).orElseThrow();
          return "{\"type\":\"%s\",\"payload\":%s,\"timestamp\":\"2026-01-09T12:00:00+02:00\","
                  .formatted(type.name(), schema.get("examples").get(0))
              + "\"correlation_id\":\"c-1\",\"channel\":\"mine\",\"sequence\":7,\"previous\":[{}]}";
        })
        .toList();
  }

  @Test
  void takesTheExampleOfEveryType() {
    assertThat(examples()).hasSizeGreaterThan(30).allMatch(PlainEnvelopeTest::agrees);
  }

  @Test
  void whateverIsChangedInAnEventBothWaysAgree() {
    Random random = new Random(11);
    int taken = 0;
    for (String example : examples()) {
      byte[] json = ("  " + example + "\n").getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 2_000; i++) {
        byte[] changed = json;
        for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
          changed = mutated(changed, random);
        }
        int offset = random.nextInt(3);
        taken += agrees(changed, offset, changed.length - offset) ? 1 : 0;
      }
    }
    assertThat(taken).isGreaterThan(5_000);
  }

  private static byte[] mutated(byte[] json, Random random) {
    int at = random.nextInt(json.length);
    byte letter =
        random.nextInt(8) == 0 ? (byte) random.nextInt() : LETTERS[random.nextInt(LETTERS.length)];
    return switch (random.nextInt(4)) {
      case 0 -> {
        byte[] replaced = json.clone();
        replaced[at] = letter;
        yield replaced;
      }
      case 1 -> {
        byte[] longer = insert(json, at, 1);
        longer[at] = letter;
        yield longer;
      }
      case 2 -> {
        byte[] shorter = Arrays.copyOf(json, json.length - 1);
        System.arraycopy(json, at + 1, shorter, at, shorter.length - at);
        yield shorter;
      }
      default -> { // a piece once more, which makes doubles of names
        int length = Math.min(1 + random.nextInt(40), json.length - at);
        byte[] longer = insert(json, at, length);
        System.arraycopy(json, at, longer, at, length);
        yield longer;
      }
    };
  }

  private static byte[] insert(byte[] json, int at, int length) {
    byte[] longer = Arrays.copyOf(json, json.length + length);
    System.arraycopy(json, at, longer, at + length, json.length - at);
    return longer;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"note\":{\"a\":[],\"b\":{},\"c\":[1,-0.0e-5,true,false,null]}",
        "\"note\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\u007f\u00e9\u20ac\ud83e\udd8a\"",
        "\"x\":1 ,\t\"y\" : 2\r\n",
        "\"memory_total\":1e9999",
        "\"inference_fps\":null",
      })
  void takesWhatProducersWrite(String field) {
    String json =
        "{\"type\":\"gpu.stats_updated\",\"payload\":" + GPU.replace("}", "," + field + "}") + "}";
    assertThat(
            ENCODER.encodeAny(
                json.getBytes(StandardCharsets.UTF_8), 0, bytes(json), new Suggestions.Budget()))
        .isInstanceOf(EncodedEvent.class);
    assertThat(agrees(json)).isEqualTo(!field.contains("e9999"));
  }

  private static int bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8).length;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"note\":1,\"note\":2",
        "\"note\":{\"a\":{\"b\":1},\"a\":2}",
        "\"utilization\":99.5,\"utilization\":99.5",
        "\"utilization\":100.01",
        "\"note\":01",
        "\"note\":1.",
        "\"note\":.5",
        "\"note\":+1",
        "\"note\":-",
        "\"note\":1e",
        "\"note\":nul",
        "\"note\":\"\\x\"",
        "\"note\":\"\\ud83e\"",
        "\"note\":\"\t\"",
        "\"memory_used\":-0.001",
        "\"memory_total\":-1",
        "\"note\":[1,]",
        "\"note\":[1 2]",
        "\"note\":{\"a\"}",
        "\"timestamp\":\"2026-02-29T12:00:00Z\"",
      })
  void doesNotTakeWhatIsWrong(String field) {
    String payload =
        field.startsWith("\"timestamp\"")
            ? "{" + field + "}"
            : "{\"timestamp\":\"2026-01-09T12:00:00Z\"," + field + "}";
    String json = "{\"type\":\"gpu.stats_updated\",\"payload\":" + payload + "}";
    assertThat(agrees(json)).isFalse();
  }

  @Test
  void doesNotTakeDeepNestingNorManyUnknownNames() {
    String deep = "[".repeat(PlainJson.MAX_DEPTH) + "]".repeat(PlainJson.MAX_DEPTH);
    assertThat(agrees("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\",\"x\":" + deep + "}}"))
        .isFalse();
    StringBuilder many = new StringBuilder();
    for (int i = 0; i <= PlainJson.MAX_NAMES; i++) {
      many.append(",\"n").append(i).append("\":1");
    }
    assertThat(agrees("{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"" + many + "}}"))
        .isFalse();
  }
}
