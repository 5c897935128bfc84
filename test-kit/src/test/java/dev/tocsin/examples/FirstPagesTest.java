package dev.tocsin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The first pages of the javadoc. One whose example is gone fails in javadoc; one that begins with something else fails here.
class FirstPagesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "events/src/main/javadoc/overview.md",
        "hub/src/main/javadoc/overview.md",
        "client/src/main/javadoc/overview.md",
        "server/src/main/javadoc/overview.md",
        "server/src/main/javadoc/part.md",
        "test-kit/src/main/javadoc/overview.md",
        "spring/src/main/javadoc/overview.md"
      })
  void everyFirstPageBeginsWithAnExample(String page) throws IOException {
    assertThat(Files.readString(Path.of("..", page)))
        .matches(
            "(?s)# [^\\n]+\\n\\n\\{@snippet class=\"dev\\.tocsin\\.examples\\.\\w+\""
                + " region=\"example\"}\\n.+");
  }
}
