package dev.tocsin.sqlite;

import dev.tocsin.hub.SampleEvents;
import java.nio.file.Path;
import java.time.InstantSource;

/// Appends so many events to a log and ends as by kill -9, with nothing folded back or closed.
final class HaltingWriter {

  private HaltingWriter() {}

  /// Lets another process do it.
  static void run(Path directory, int events) throws Exception {
    Process process =
        OtherProcess.start(HaltingWriter.class, directory.toString(), Integer.toString(events));
    process.getInputStream().readAllBytes();
    process.waitFor();
  }

  public static void main(String[] arguments) throws LogOpenException {
    SqliteEventLog log =
        SqliteEventLog.open(SqliteSettings.of(Path.of(arguments[0])), InstantSource.system());
    for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
      log.append(SampleEvents.appends("a.a")).join();
    }
    Runtime.getRuntime().halt(0);
  }
}
