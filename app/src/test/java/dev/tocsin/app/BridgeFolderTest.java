package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class BridgeFolderTest {

  @TempDir private Path folder;

  private static ObjectNode status(int number) {
    ObjectNode status = JsonNodeFactory.instance.objectNode().put("number", number);
    status.put("connected", true).putArray("bridges");
    return status;
  }

  private String told() {
    TestProcess command = new TestProcess();
    assertThat(command.run("bridge", "status", "--state", folder.toString())).isZero();
    return command.err();
  }

  /// A full disk must not make bridges look as they were an hour ago.
  @Test
  void statusThatCouldNotBeWrittenIsToldFromOneThatIsCurrent() throws Exception {
    Path inTheWay = folder.resolve("process/status.json.new/x");
    try (BridgeFolder opened = BridgeFolder.open(folder)) {
      opened.write(status(1));
      assertThat(told()).isEmpty();

      Files.createDirectories(inTheWay);
      assertThatThrownBy(() -> opened.write(status(2))).isInstanceOf(IOException.class);
      assertThat(BridgeFolder.status(folder).get("number").asInt()).isEqualTo(1);
      assertThat(told()).contains("cannot write to its state folder", "fared before");

      Files.delete(inTheWay);
      opened.write(status(3));
      assertThat(told()).isEmpty();

      Files.createDirectories(inTheWay);
      assertThatThrownBy(() -> opened.write(status(4))).isInstanceOf(IOException.class);
    }
    try (BridgeFolder again = BridgeFolder.open(folder)) {
      assertThat(BridgeFolder.isStale(folder)).isFalse();
      assertThat(again.path()).isEqualTo(folder);
    }
  }

  @Test
  void folderThatCannotBeUsedIsASentence() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> BridgeFolder.open(file.resolve("state")).close())
        .isInstanceOf(Failure.class)
        .hasMessageStartingWith("--state " + file.resolve("state") + " cannot be used: ")
        .hasMessageNotContaining("Exception");
  }
}
