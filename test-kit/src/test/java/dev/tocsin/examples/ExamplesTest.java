package dev.tocsin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.testkit.TocsinTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

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
}
