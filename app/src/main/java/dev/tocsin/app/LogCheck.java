package dev.tocsin.app;

import dev.tocsin.sqlite.LogLook;
import dev.tocsin.sqlite.LogOpenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The log on the disk, as it is seen from outside.
final class LogCheck {

  private static final String SUBJECT = "log";

  /// Those that hold events; docs/log-format.md.
  private static final List<String> FILES = List.of("events.db", "events.db-wal");

  private LogCheck() {}

  static void look(Path folder, ClockCheck clock, Findings findings) {
    try {
      findings.good(SUBJECT, "SQLite " + LogLook.engine());
    } catch (LogOpenException e) {
      findings.mend(
          SUBJECT,
          String.valueOf(e.getMessage()),
          "TOCSIN_JAVA_OPTS=-Dorg.sqlite.tmpdir=DIR names a folder where programs may be");
      return;
    }
    try {
      LogLook look = LogLook.at(folder).orElse(null);
      if (look == null) {
        findings.good(SUBJECT, "there is none in " + folder + " yet");
        return;
      }
      findings.good(SUBJECT, description(folder, look));
      Instant written = look.written();
      if (written != null) {
        clock.compareWithNewest(written);
      }
    } catch (LogOpenException e) {
      findings.mend(SUBJECT, String.valueOf(e.getMessage()), "docs/operations.md says how");
    }
    FILES.forEach(name -> mode(folder.resolve(name), findings));
  }

  private static String description(Path folder, LogLook look) {
    String text =
        String.format(
            Locale.ROOT,
            "%s takes %s, its newest event is %d",
            folder,
            ProcessCheck.mebibytes(look.bytes()),
            look.newest());
    if (look.isInUse()) {
      return text + "; a server uses it";
    }
    return look.wasClosed()
        ? text
        : text + "; it was not closed in order, and the next start goes on from all of it";
  }

  private static void mode(Path file, Findings findings) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      if (mode.contains(PosixFilePermission.OTHERS_READ)
          || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
        findings.mend(
            SUBJECT,
            "every user of this machine may read " + file + ", and with it all events",
            "chmod 600 " + ShellText.quoted(file.toString()));
      }
    } catch (IOException | UnsupportedOperationException e) {
      // There is no such file, or there are no modes.
    }
  }
}
