package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LibraryRecordsTest {

  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  private final LibraryRecords libraries = new LibraryRecords();

  private static LogRecord record(int second, String message) {
    LogRecord record = new LogRecord(Level.WARNING, message);
    record.setLoggerName("io.netty.channel.uring.IoUringIoHandler");
    record.setInstant(NOON.plusSeconds(second));
    return record;
  }

  @Test
  void aMessageIsWrittenOnceInTenSecondsWithHowOftenItWasSaidMeanwhile() {
    assertThat(libraries.passes(record(0, "odd"))).isTrue();
    for (int i = 0; i < 500; i++) {
      assertThat(libraries.passes(record(5, "odd"))).isFalse();
    }
    LogRecord later = record(10, "odd");

    assertThat(libraries.passes(later)).isTrue();
    assertThat(later.getMessage()).isEqualTo("odd (500 times more in the seconds before)");
  }

  @Test
  void messagesDoNotHideEachOther() {
    assertThat(libraries.passes(record(0, "odd"))).isTrue();
    assertThat(libraries.passes(record(0, "odder"))).isTrue();
  }

  @Test
  void whatWeKnowBetterIsSaidInOurWords() {
    LogRecord overflow =
        record(0, "CompletionQueue overflow detected, consider increasing size: {0} ");

    assertThat(libraries.passes(overflow)).isTrue();
    assertThat(overflow.getMessage()).contains("nothing is lost").doesNotContain("consider");
  }
}
