package dev.tocsin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.testkit.TocsinTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the examples say when they are run.
@TocsinTest
class ExamplesTest {

  private static String said(Runnable example) {
    PrintStream out = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      example.run();
    } finally {
      System.setOut(out);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void eventsAreMadeAndJudged() {
    assertThat(said(() -> EventsExample.main(new String[0])))
        .startsWith("alert.deleted {\"id\":\"a-17\",\"reason\":\"duplicate\"}")
        .contains("/id")
        .contains("/reason");
  }

  @Test
  void aSubscriptionManagerKnowsWhoGetsWhat() {
    assertThat(said(() -> HubExample.main(new String[0])))
        .contains("to dashboard: ")
        .doesNotContain("phone");
  }

  @Test
  void aClientHearsWhatItPublishes(URI url) {
    assertThat(said(() -> ClientExample.main(new String[] {url.toString()})))
        .isEqualToIgnoringNewLines("a-17 is gone");
  }

  @Test
  void aServerIsFollowed() {
    assertThat(said(() -> ServerExample.main(new String[0])))
        .containsPattern("listening on http://127.0.0.1:\\d+\\R")
        .contains("a-17 is gone");
  }

  /// A page whose example is gone fails in javadoc; one that begins with something else fails here.
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
