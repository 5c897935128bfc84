package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What `stats` shows of a server.
@Timeout(60)
class StatsTest {

  private final TestProcess server = new TestProcess();
  private final TestProcess stats = new TestProcess();
  private String url = "";

  @BeforeEach
  void serve() throws InterruptedException {
    url = server.start("serve", "--port", "0", "--memory").url();
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(server.interrupt()).isZero();
  }

  private static JsonNode tree(String json) {
    return switch (Json.read(json)) {
      case Json.Value value -> value.tree();
      case dev.tocsin.events.Rejection fault -> throw new AssertionError(fault.message());
    };
  }

  @Test
  void elsewhereThanOnATerminalTheFiguresArePrintedOnce() {
    assertThat(stats.run("stats", "--url", url)).isZero();

    assertThat(stats.outLines()).anyMatch(line -> line.matches("total connections +0"));
    assertThat(stats.out()).doesNotContain("\u001b");
  }

  @Test
  void jsonIsTheServersOwn() {
    assertThat(stats.run("stats", "--url", url, "--json")).isZero();

    assertThat(stats.outLines()).hasSize(1);
    assertThat(tree(stats.out().trim()).path("epoch").isString()).isTrue();
  }

  @Test
  void aTerminalIsRefreshedUntilCtrlC() throws Exception {
    stats.onTerminal(80).start("stats", "--url", url, "--every", "1s");

    stats.awaitOut(lines -> lines.stream().filter(line -> line.contains("uptime")).count() >= 2);

    assertThat(stats.interrupt()).isZero();
  }

  @Test
  void aTerminalGetsNoMoreLinesThanItHas() throws Exception {
    stats.onTerminal(80, 12).start("stats", "--url", url, "--every", "1s");

    stats.awaitOut(
        lines -> lines.stream().filter(line -> line.contains("more lines")).count() >= 2);

    assertThat(stats.interrupt()).isZero();
    String screen =
        Pattern.compile("\u001b\\[H").splitAsStream(stats.out()).skip(1).findFirst().get();
    assertThat(screen.lines().toList())
        .hasSizeLessThanOrEqualTo(12)
        .first()
        .asString()
        .startsWith("version");
  }

  @Test
  void noServerIsAFailure() {
    assertThat(stats.run("stats", "--url", "127.0.0.1:1")).isEqualTo(1);
    assertThat(stats.err()).contains("connection refused; is a server running there?");
  }

  @Test
  void whatANewerServerTellsIsShownWithItsUnits() {
    JsonNode figures =
        tree(
            """
            {"version":"9.1","published":1234567,"uptime_seconds":93784,"ready":true,
             "rates":{"published_per_second":12.34},
             "log":{"size_bytes":5368709120,"fault":null},
             "bridges":[{"name":"nvr","kind":"frigate","connected":false,"error":"refused","received":1234,"published":5,"ignored":{},"refused":{}}],
             "peers":[{"name":"a","up":true},{"name":"b","up":false}],
             "roles":["x","y"],
             "by_type":{"a.b":1,"c.d":30,"e.f":1,"g.h":1,"i.j":1,"k.l":1,"m.n":1,"o.p":1,"q.r":1,"s.t":1,"u.v":1}}
            """);

    assertThat(StatsPage.lines(figures))
        .containsSubsequence(
            "version    9.1",
            "published  1,234,567",
            "uptime     1 d 2 h",
            "ready      true",
            "rates",
            "  published  12.3 a second",
            "log",
            "  size   5.0 GiB",
            "  fault  -",
            "bridges",
            "  NAME  KIND     CONNECTED  IN     MAPPED  IGNORED  REFUSED  OUT  ASIDE  LOST  BEHIND",
            "  nvr   frigate  no         1,234  5       0        0        -    -      -     -",
            "  nvr: not connected: refused",
            "peers",
            "  name  a",
            "  up    true",
            "  name  b",
            "roles",
            "  x",
            "  y",
            "by type",
            "  c.d  30",
            "  and 1 more types");
  }
}
