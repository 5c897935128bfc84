package dev.tocsin.bench;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EncodingResult;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.PayloadValidation;
import dev.tocsin.events.Slice;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an event costs on the way in: the whole check and encoding of a typical detection, beside a
/// JSON Schema validator alone on the same payload, and the way through the hub into a log in memory.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class PublishBenchmark {

  private static final int BATCH = 100;

  private static final String PAYLOAD =
      "{\"detection_id\":\"det-88123\",\"event_id\":\"4217\",\"label\":\"person\","
          + "\"confidence\":0.93,\"bbox\":{\"x\":340.829,\"y\":79.4999,\"width\":87.662,"
          + "\"height\":244.25},\"camera_id\":\"high_street\","
          + "\"timestamp\":\"2026-03-14T21:00:00.000Z\"}";

  private static final byte[] EVENT =
      ("{\"type\":\"detection.new\",\"payload\":"
              + PAYLOAD
              + ",\"timestamp\":\"2026-03-14T21:00:00.123Z\"}")
          .getBytes(StandardCharsets.UTF_8);

  private static final byte[] PAYLOAD_BYTES = PAYLOAD.getBytes(StandardCharsets.UTF_8);

  private static final byte[] UNUSUAL_EVENT =
      ("{\"type\":\"alert.created\",\"payload\":{\"id\":\"alert-4217\",\"event_id\":4217,"
           + "\"severity\":\"HIGH\",\"status\":\"pending\",\"dedup_key\":\"front_door:person\","
           + "\"created_at\":\"2026-03-14T21:00:00.000Z\",\"updated_at\":\"2026-03-14T21:00:00.000Z\"},"
           + "\"timestamp\":\"2026-03-14T21:00:00.123Z\"}")
          .getBytes(StandardCharsets.UTF_8);

  private final EventCatalog catalog = EventCatalog.builtIn();
  private final EventEncoder encoder = new EventEncoder(catalog, InstantSource.system());
  private final JsonMapper mapper = new JsonMapper();
  private final Schema schema =
      SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              registry ->
                  registry.schemaRegistryConfig(
                      SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()))
          .getSchema(catalog.jsonSchema("detection.new").orElseThrow());
  private final JsonNode parsed = mapper.readTree(PAYLOAD);
  private final Hub hub =
      new Hub(catalog, new InMemoryEventLog("bench", 1 << 24), InstantSource.system(), 1 << 24);
  private final PublishCommand command = new PublishCommand(Slice.of(EVENT));
  private final List<PublishCommand> batch = Collections.nCopies(BATCH, command);

  /// Sees to it that everything here says yes.
  @Setup
  public void agree() {
    List<Error> errors = schema.validate(PAYLOAD, InputFormat.JSON);
    List<Error> wrong = schema.validate(PAYLOAD.replace("0.93", "1.93"), InputFormat.JSON);
    if (!(encode() instanceof EncodedEvent)
        || !(encodeNormalising() instanceof EncodedEvent)
        || !(validate() instanceof PayloadValidation.Valid)
        || !errors.isEmpty()
        || wrong.isEmpty()) {
      throw new IllegalStateException(encode() + " " + errors + " " + wrong);
    }
    System.out.printf("# event of %d bytes, payload of %d%n", EVENT.length, PAYLOAD.length());
  }

  /// Strict JSON, envelope, type, payload, the bytes that will be delivered.
  @Benchmark
  public EncodingResult encode() {
    return encoder.encode(EVENT);
  }

  /// The same for an event that is not valid as it stands: an enum in upper case makes it go all the way
  /// through Jackson.
  @Benchmark
  public EncodingResult encodeNormalising() {
    return encoder.encode(UNUSUAL_EVENT);
  }

  /// The payload alone, from bytes: strict JSON and its type.
  @Benchmark
  public PayloadValidation validate() {
    return catalog.validatePayload("detection.new", PAYLOAD_BYTES);
  }

  /// The payload alone, from text: parsed and validated.
  @Benchmark
  public List<Error> networkntParsesAndValidates() {
    return schema.validate(PAYLOAD, InputFormat.JSON);
  }

  /// The payload alone, parsed before.
  @Benchmark
  public List<Error> networkntValidates() {
    return schema.validate(parsed);
  }

  /// The payload alone, parsed into a tree and not validated.
  @Benchmark
  public JsonNode jacksonParses() {
    return mapper.readTree(PAYLOAD);
  }

  @Benchmark
  public PublishResult publish() {
    return hub.publish(command).join();
  }

  /// For each event of a hundred that are published together.
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<PublishResult> publishBatch() {
    return hub.publish(batch).join();
  }
}
