package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kills a writer at random moments: what it acknowledged is there, under its sequence, once. More
/// rounds with `-Drounds=100`, the same moments with `-Dseed=…`.
class CrashTest {

  private static final int ROUNDS = Integer.getInteger("rounds", 3);

  @TempDir Path directory;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  // Of all rounds
  private final Map<Long, String> acknowledged = new HashMap<>();
  private final Map<Long, String> found = new HashMap<>();

  @ParameterizedTest(name = "with little room: {0}")
  @ValueSource(booleans = {false, true})
  void keepsWhatWasAcknowledgedWhenItsProcessIsKilled(boolean small) throws Exception {
    String epoch = null;
    for (int round = 0; round < ROUNDS; round++) {
      Map<Long, String> told = runAndKill("r" + round, small);

      try (EventLog log =
          SqliteEventLog.open(CrashingWriter.settings(directory, small), InstantSource.system())) {
        String what = "seed " + seed + ", round " + round + ", told " + told.size();
        assertThat(log.state().epoch())
            .as(what)
            .isEqualTo(epoch == null ? log.state().epoch() : epoch);
        epoch = log.state().epoch();
        told.forEach(
            (sequence, text) -> assertThat(acknowledged.put(sequence, text)).as(what).isNull());
        check(log, small, what);
        checkKeys(log, told, what);
      }
    }
  }

  /// What the writer told of before it was killed.
  private Map<Long, String> runAndKill(String run, boolean small) throws Exception {
    Process process =
        OtherProcess.start(
            CrashingWriter.class, directory.toString(), run, Boolean.toString(small));
    int lines = random.nextInt(random.nextBoolean() ? 20_000 : 200);
    Map<Long, String> told = new HashMap<>();
    try (BufferedReader out = process.inputReader()) {
      for (int i = 0; ; i++) {
        if (i == lines) {
          // Not of the process itself: that would close the stream, with what is still in it.
          process.toHandle().destroyForcibly();
        }
        String line = out.readLine();
        if (line == null) {
          break;
        }
        int space = line.indexOf(' ');
        // The last line may be half of one.
        if (line.endsWith(";")) {
          String text = line.substring(space + 1, line.length() - 1);
          assertThat(told.put(Long.valueOf(line.substring(0, space)), text)).isNull();
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return told;
  }

  /// All sequences from the oldest to the newest are there, and each has always been the same event.
  private void check(EventLog log, boolean small, String what) {
    Set<String> texts = new HashSet<>();
    long oldest = Logs.oldest(log);
    long next = oldest;
    for (LoggedEvent event : Logs.readAll(log, oldest - 1)) {
      long sequence = event.sequence();
      String text = event.event().type().substring("crash.".length());
      if (!small) {
        assertThat(sequence).as(what).isEqualTo(next);
      }
      next = sequence + 1;
      assertThat(texts.add(text)).as(what + ": " + text + " is there once").isTrue();
      assertThat(found.merge(sequence, text, (before, now) -> before)).as(what).isEqualTo(text);
      assertThat(acknowledged.getOrDefault(sequence, text)).as(what).isEqualTo(text);
    }
    assertThat(next).as(what).isEqualTo(Logs.newest(log) + 1);
    for (long sequence : acknowledged.keySet()) {
      assertThat(sequence).as(what).isLessThanOrEqualTo(Logs.newest(log));
      if (!small) {
        assertThat(found).as(what).containsKey(sequence);
      }
    }
  }

  /// Whoever repeats what was acknowledged lately is answered as before.
  private static void checkKeys(EventLog log, Map<Long, String> told, String what) {
    long newest = Logs.newest(log);
    told.entrySet().stream()
        .filter(event -> number(event.getValue()) % 3 == 0)
        .sorted(Map.Entry.<Long, String>comparingByKey().reversed())
        .limit(50)
        .forEach(event -> {
          List<AppendResult> again =
              Logs.await(
                  log.append(
                      List.of(CrashingWriter.append(event.getValue(), number(event.getValue())))));
          assertThat(again)
              .as(what)
              .containsExactly(
                  new AppendResult.Stored(event.getKey(), dev.tocsin.hub.SampleEvents.TIMESTAMP));
        });
    assertThat(Logs.newest(log)).as(what).isEqualTo(newest);
  }

  private static int number(String text) {
    return Integer.parseInt(text.substring(text.indexOf('.') + 1));
  }
}
