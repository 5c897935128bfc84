package dev.tocsin.bridges.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class StateFileTest {

  @TempDir private Path folder;

  @Test
  void whatCannotBeWrittenIsComplainedOfEachTimeAndWrittenLater() throws Exception {
    List<String> complaints = new ArrayList<>();
    Path path = folder.resolve("state/a.json");
    StateFile file = new StateFile(path).tellingOf(complaints::add);
    // A file in the place of the folder: as good as a full disk, for whoever tests as root.
    Files.createFile(folder.resolve("state"));

    assertThat(file.write(JsonNodeFactory.instance.numberNode(1))).isFalse();
    assertThat(file.write(JsonNodeFactory.instance.numberNode(2))).isFalse();
    assertThat(complaints)
        .hasSize(2)
        .allSatisfy(told ->
            assertThat(told)
                .startsWith("what it remembers cannot be written to " + path)
                .doesNotContain("Exception"));

    Files.delete(folder.resolve("state"));
    assertThat(file.write(JsonNodeFactory.instance.numberNode(3))).isTrue();
    assertThat(complaints).hasSize(2);
    assertThat(file.read()).hasValue(JsonNodeFactory.instance.numberNode(3));
  }
}
