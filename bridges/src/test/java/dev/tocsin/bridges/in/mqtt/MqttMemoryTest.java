package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Equipment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttMemoryTest {

  @TempDir private Path folder;

  private MqttMemory memory(int seed) {
    Random random = new Random(seed);
    return MqttMemory.of(
        new Equipment(
            Map.of(), folder.resolve("state"), InstantSource.system(), Backoff.usual(random)),
        "garage",
        random);
  }

  @Test
  void clientIdIsKeptBeforeTheBrokerKeepsAnythingForIt() {
    MqttMemory first = memory(1);
    first.writeSession();

    assertThat(memory(2).clientId()).isEqualTo(first.clientId());
    assertThat(memory(2).filters()).isEmpty();
  }

  /// Under another client id what the broker has kept would never come.
  @Test
  void clientIdThatCouldNotBeWrittenIsWrittenLater() throws Exception {
    Files.createFile(folder.resolve("state"));
    List<String> complaints = new ArrayList<>();
    MqttMemory first = memory(1);
    first.tellOf(complaints::add);
    first.writeSession();
    first.noteFilters(List.of("a/#"));
    first.noteTaken(1, "a/b", "01");
    assertThat(complaints)
        .hasSize(4)
        .allSatisfy(told -> assertThat(told).startsWith("what it remembers cannot be written to "));

    Files.delete(folder.resolve("state"));
    first.writeSession();
    MqttMemory second = memory(2);
    assertThat(second.clientId()).isEqualTo(first.clientId());
    assertThat(second.filters()).containsExactly("a/#");
  }
}
