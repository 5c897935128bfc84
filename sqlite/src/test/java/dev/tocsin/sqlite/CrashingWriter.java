package dev.tocsin.sqlite;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.SampleEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/// Appends until it is killed: for [CrashTest].
///
/// Each event has a text of its own, and one in three an idempotency key, which is that text. A line
/// `sequence text;` on standard output tells of each event that was acknowledged.
final class CrashingWriter {

  private static final int MAX_PENDING = 500;

  private CrashingWriter() {}

  /// Keeps a mebibyte or two, so that retention is at work as well.
  static SqliteSettings settings(Path directory, boolean small) {
    return new SqliteSettings(
        directory,
        Durability.PROCESS,
        Duration.ofDays(7),
        small ? 2 << 20 : 1 << 30,
        Duration.ofMinutes(10));
  }

  static Append append(String text, int number) {
    return number % 3 == 0
        ? SampleEvents.keyed(text, "crash." + text)
        : new Append(SampleEvents.event("crash." + text, "x".repeat(number % 400)), null);
  }

  public static void main(String[] arguments) throws LogOpenException, InterruptedException {
    String run = arguments[1];
    SqliteEventLog log =
        SqliteEventLog.open(
            settings(Path.of(arguments[0]), Boolean.parseBoolean(arguments[2])),
            InstantSource.system());
    Semaphore pending = new Semaphore(MAX_PENDING);
    for (int i = 0; ; ) {
      List<String> texts = new ArrayList<>();
      List<Append> appends = new ArrayList<>();
      for (int j = 0; j <= i % 7; j++) {
        texts.add(run + "." + (i + j));
        appends.add(append(texts.get(j), i + j));
      }
      i += appends.size();
      pending.acquire();
      log.append(appends)
          .thenAccept(results -> tell(texts, results))
          .whenComplete((done, fault) -> pending.release());
    }
  }

  private static void tell(List<String> texts, List<AppendResult> results) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      if (results.get(i) instanceof AppendResult.Stored stored) {
        lines.append(stored.sequence()).append(' ').append(texts.get(i)).append(";\n");
      }
    }
    try {
      System.out.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
      System.out.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
