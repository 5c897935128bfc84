package dev.tocsin.bridges.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.BridgePlan;
import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// Tests of bridges to a real Mosquitto of their own.
public abstract class OnMosquitto {

  protected static final int SECONDS = 60;

  protected static final String MAPPING =
      "{\"topic\":\"garage/+/door\",\"event\":\"alert.deleted\",\"payload\":{\"id\":\"{payload.n}\",\"reason\":\"{topic.1}\"}}";
  protected static final String KEYED =
      MAPPING.substring(0, MAPPING.length() - 1) + ",\"key\":\"{payload.n}\"}";

  protected final TestHub hub = new TestHub();
  private final List<Bridges> running = new ArrayList<>();
  protected @Nullable Mosquitto broker;

  @TempDir protected Path folder;

  @AfterEach
  protected void close() throws Exception {
    running.forEach(Bridges::close);
    if (broker != null) {
      broker.close();
    }
  }

  protected Mosquitto broker(String... config) throws Exception {
    broker = Mosquitto.start(folder, config);
    return broker;
  }

  protected Bridges bridge(String rest, String mapping) throws Exception {
    return bridge("door", rest, mapping, hub);
  }

  protected Bridges bridge(String name, String rest, String mapping, FollowableHub to)
      throws Exception {
    String file =
        "{\"bridges\":[{\"name\":\"%s\",\"kind\":\"mqtt\",\"broker\":\"%s\"%s,\"map\":[%s]}]}"
            .formatted(name, broker.url(), rest, mapping);
    return bridges(file, to);
  }

  protected Bridges bridges(String file, FollowableHub to) throws Exception {
    BridgePlan plan =
        ((BridgeFile.Reading.Read)
                BridgeFile.read(file.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn()))
            .plan();
    Bridges bridges =
        Bridges.of(
            plan,
            Map.of("PASSWORD", "s3cret", "WRONG", "wrong"),
            folder.resolve("state"),
            InstantSource.system());
    running.add(bridges);
    bridges.start(to);
    return bridges;
  }

  protected static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(10);
    }
  }

  protected static BridgeStanding await(Bridges bridges, Predicate<BridgeStanding> condition)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      BridgeStanding standing = bridges.standings().getFirst();
      if (condition.test(standing)) {
        return standing;
      }
      assertThat(System.nanoTime()).as("" + standing).isLessThan(end);
      Thread.sleep(10);
    }
  }

  protected static boolean isUp(BridgeStanding standing) {
    return standing.link() != null && standing.link().isUp();
  }

  protected void up(Bridges bridges) throws InterruptedException {
    await(bridges, OnMosquitto::isUp);
  }

  protected List<String> ids() {
    return hub.payloads().stream().map(payload -> payload.get("id").stringValue()).toList();
  }

  protected void await(int events) throws InterruptedException {
    await("events of " + events, () -> hub.size() >= events);
  }

  protected static String n(int number) {
    return "{\"n\":" + number + "}";
  }

  protected static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(Integer::toString).toList();
  }
}
