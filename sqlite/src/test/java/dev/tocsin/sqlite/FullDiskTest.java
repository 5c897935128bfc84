package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.RecordedFollower;
import dev.tocsin.hub.SampleEvents;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A file system that is really full.
@Timeout(60)
class FullDiskTest {

  @TempDir Path directory;

  private final List<Long> acknowledged = new ArrayList<>();

  /// Appends some events; whether they were taken.
  private boolean append(EventLog log) throws Exception {
    List<Append> appends =
        Collections.nCopies(10, new Append(SampleEvents.event("a.a", "x".repeat(5_000)), null));
    List<AppendResult> results = Logs.await(log.append(appends));
    for (AppendResult result : results) {
      if (result instanceof AppendResult.Stored stored) {
        acknowledged.add(stored.sequence());
      }
    }
    return results.getFirst() instanceof AppendResult.Stored;
  }

  private static List<Long> sequences(EventLog log) {
    return Logs.readAll(log, 0).stream().map(event -> event.sequence()).toList();
  }

  @Test
  void losesNothingAndGoesOnByItself() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(directory, "16m")) {
      SqliteSettings settings = SqliteSettings.of(disk.path());
      try (EventLog log = SqliteEventLog.open(settings, InstantSource.system())) {
        RecordedFollower followed = new RecordedFollower();
        log.follow(0, followed);
        for (int i = 0; i < 20; i++) {
          append(log);
        }
        disk.fill();
        while (append(log)) {
          // Until the room that the log had already taken is used up.
        }
        assertThat(log.state().fault()).get().asString().contains("The disk with the log is full");
        assertThat(append(log)).isFalse();
        assertThat(sequences(log)).isEqualTo(acknowledged);

        disk.clear();
        while (log.state().fault().isPresent()) {
          Thread.onSpinWait();
        }
        assertThat(append(log)).isTrue();

        assertThat(acknowledged).last().isEqualTo((long) acknowledged.size());
        assertThat(sequences(log)).isEqualTo(acknowledged);
        assertThat(followed.events()).extracting(LoggedEvent::sequence).isEqualTo(acknowledged);
        disk.fill();
        while (append(log)) {
          // Full again, and closed like that.
        }
      }
      disk.clear();
      try (EventLog log = SqliteEventLog.open(settings, InstantSource.system())) {
        assertThat(sequences(log)).isEqualTo(acknowledged);
        assertThat(append(log)).isTrue();
      }
    }
  }
}
