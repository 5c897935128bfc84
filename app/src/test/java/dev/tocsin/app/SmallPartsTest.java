package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/// The parts of the commands that are too small for a test of their own.
class SmallPartsTest {

  @ParameterizedTest
  @CsvSource({
    "http://h:1,               http://h:1",
    "h:1,                      http://h:1",
    "[::1]:1,                  http://[::1]:1",
    "tocsin_server:1,          http://tocsin_server:1",
    "bücher.example,           http://xn--bcher-kva.example",
    "ws://h:1/ws/events,       http://h:1",
    "WSS://h/,                 https://h",
    "https://h/behind/,        https://h/behind",
    "wss://h/behind/ws/events, https://h/behind"
  })
  void aUrlIsTakenInEveryForm(String text, String http) throws WrongUse {
    assertThat(ServerUrl.parse(text).http()).isEqualTo(URI.create(http));
    assertThat(ServerUrl.parse(text).resource("/api/v1/events"))
        .isEqualTo(URI.create(http + "/api/v1/events"));
    assertThat(ServerUrl.parse(text).clientOptions().uri())
        .isEqualTo(URI.create(http.replaceFirst("http", "ws") + "/ws/events"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http://", "ftp://h", "http://h/?x=1", "http://h h", "ws://h#x"})
  void whatIsNoUrlIsWrongUse(String text) {
    assertThatThrownBy(() -> ServerUrl.parse(text)).isInstanceOf(WrongUse.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0,       100,     80, '[..............................]   0 %  0.0 MiB'",
    "50,      100,     48, '[###############...............]  50 %  0.0 MiB'",
    "50,      100,     47, ' 50 %  0.0 MiB'",
    "3145728, 3145728, 80, '[##############################] 100 %  3.0 MiB'",
    "3145728, -1,      80, '3.0 MiB sent'"
  })
  void progressIsABarWhereTheSizeIsKnownAndABarFits(
      long read, long size, int columns, String line) {
    assertThat(Progress.line(read, size, columns)).isEqualTo(line);
  }

  @Test
  void aLogRecordIsOneLineOfPairs() {
    LogRecord record = new LogRecord(Level.WARNING, "two\nlines \u001b \"quoted\"");
    record.setLoggerName("dev.tocsin.X");
    record.setInstant(Instant.parse("2026-01-09T12:00:00.123456Z"));
    record.setThrown(new IllegalStateException("why"));

    assertThat(Logging.line(record, false))
        .isEqualTo(
            "time=2026-01-09T12:00:00.123Z level=warn logger=dev.tocsin.X"
                + " msg=\"two\\nlines \\u001b \\\"quoted\\\"\""
                + " error=\"java.lang.IllegalStateException: why\"");
    assertThat(Logging.line(record, true)).contains(" trace=\"").doesNotContain("\n");
  }

  @Test
  void aLogRecordRepeatsNoCredential() {
    String secret = "Zq7xW3vK9pLmN2bR5tYcG8hJ4dFsA6eUq1w2e3r4t5y";
    LogRecord record = new LogRecord(Level.WARNING, "asked for tocsin_abc_" + secret);
    record.setParameters(
        new Object[] {new KeyValuePair("path", "/eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0." + secret)});
    record.setThrown(new IllegalStateException("no tocsin_abc_" + secret));

    assertThat(Logging.line(record, true))
        .contains("asked for tocsin_…", "path=/eyJ…", "no tocsin_…")
        .doesNotContain(secret, secret.substring(0, 12));
  }

  @Test
  void whatIsLoggedWithKeysHasThemAfterTheMessage() {
    List<String> lines = new ArrayList<>();
    Logger jdk = Logger.getLogger("dev.tocsin.test.Pairs");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            lines.add(Logging.line(record, false).replaceFirst("^time=\\S+ ", ""));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    jdk.setUseParentHandlers(false);
    jdk.setLevel(Level.INFO);
    jdk.addHandler(handler);
    try {
      org.slf4j.Logger logger = LoggerFactory.getLogger("dev.tocsin.test.Pairs");
      logger
          .atInfo()
          .addKeyValue("status", 422)
          .addKeyValue("address", "[::1]:9")
          .addKeyValue("reason", "it's \"{0}\"\n")
          .addKeyValue("none", (Object) null)
          .addKeyValue("empty", "")
          .addKeyValue("sum", "a=b")
          .addKeyValue("name", "M\u00fcller")
          .setCause(new IllegalStateException("why"))
          .log("request {0} {}", "refused");
      logger.warn("plain {} {0}", 1);
      logger.debug("not wanted");
    } finally {
      jdk.removeHandler(handler);
    }

    assertThat(lines)
        .containsExactly(
            "level=info logger=dev.tocsin.test.Pairs msg=\"request {0} refused\" status=422"
                + " address=[::1]:9 reason=\"it's \\\"{0}\\\"\\n\" none=null empty=\"\" sum=\"a=b\""
                + " name=\"M\u00fcller\" error=\"java.lang.IllegalStateException: why\"",
            "level=warn logger=dev.tocsin.test.Pairs msg=\"plain 1 {0}\"");
  }

  @Test
  void columnsAreAligned() {
    assertThat(new Table().row("a", "bb", "c").row("aaa", "b", "").lines())
        .containsExactly("a    bb  c", "aaa  b");
  }

  @Test
  void coloursAreForTerminalsThatWantThem() {
    assertThat(colours(new TestProcess())).isFalse();
    assertThat(colours(new TestProcess().onTerminal())).isTrue();
    assertThat(colours(new TestProcess().onTerminal().with("NO_COLOR", "1"))).isFalse();
    assertThat(colours(new TestProcess().onTerminal().with("TERM", "dumb"))).isFalse();
  }

  private static boolean colours(TestProcess process) {
    process.run("--help");
    return process.out().contains("\u001b[");
  }
}
