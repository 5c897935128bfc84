package dev.tocsin.sqlite;

import dev.tocsin.hub.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which epoch of the log this is, and whether it can go on.
///
/// It goes on only where no sequence can be given a second time. Two things can take the newest events
/// back. A loss of power in the mode `process`: so the log remembers the machine's boot, its mode and
/// whether it was closed in order. And whoever deletes or damages the write-ahead file of a log that
/// was not: so the [LogMark] remembers the newest event.
final class LogIdentity {

  private static final Logger LOG = LoggerFactory.getLogger(LogIdentity.class);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private LogIdentity() {}

  /// The epoch under which the log goes on; notes that it is open.
  ///
  /// @param boot the name of this boot of the machine; when it is empty every boot is another
  static String open(
      Connection connection, Durability durability, String boot, LogMark mark, LogBounds bounds)
      throws SQLException, LogOpenException {
    long newest = bounds.newest();
    String known = LogFile.value(connection, "epoch");
    boolean closed = "true".equals(LogFile.value(connection, "closed"));
    boolean sameBoot = !boot.isEmpty() && boot.equals(LogFile.value(connection, "boot"));
    boolean safeMode = Durability.POWER.toString().equals(LogFile.value(connection, "durability"));
    String doubt = doubt(known, closed, mark.read(), newest);
    // The mark is not flushed: after a loss of power it may say less than was acknowledged.
    boolean isWhole = closed || sameBoot || (safeMode && bounds.surelyNewest());
    boolean goesOn = known != null && doubt == null && isWhole;
    String epoch = known != null && goesOn ? known : newEpoch();
    if (doubt != null) {
      LOG.atWarn().addKeyValue("newest", newest).addKeyValue("epoch", epoch).log(doubt);
    } else if (known != null && !goesOn) {
      LOG.atWarn()
          .addKeyValue("newest", newest)
          .addKeyValue("epoch", epoch)
          .log("the machine went down under the log, so a new epoch begins");
    }
    // This note, and with it all that is in the log, has to be on the disk before the first event
    // is
    // delivered.
    LogFile.setDurability(connection, Durability.POWER);
    LogFile.begin(connection);
    LogFile.setValue(connection, "epoch", epoch);
    LogFile.setValue(connection, "boot", boot);
    LogFile.setValue(connection, "durability", durability.toString());
    LogFile.setValue(connection, "closed", "false");
    LogFile.commit(connection);
    LogFile.setDurability(connection, durability);
    // In the database itself: a copy of it alone must not look like a log that was closed in order.
    foldBack(connection);
    try {
      mark.begin(epoch, newest);
    } catch (IOException e) {
      throw new LogOpenException("cannot write the log's mark: " + LogLock.reason(e), e);
    }
    return epoch;
  }

  private static void foldBack(Connection connection) throws SQLException {
    try {
      LogFile.execute(connection, LogFile.FOLD_BACK);
    } catch (SQLException e) {
      // On a full disk the log is opened all the same: it may be to retain less.
      if (!LogFault.isFull(e)) {
        throw e;
      }
    }
  }

  /// Why the newest events may be missing, a sentence; `null` when nothing speaks for it.
  private static @Nullable String doubt(
      @Nullable String known, boolean closed, LogMark.@Nullable Note note, long newest) {
    if (note == null) {
      return known == null || closed
          ? null
          : "the log was not closed in order and nothing tells whether its newest events are all"
              + " there, so a new epoch begins";
    }
    if (known == null) {
      return "the log that was here is gone, with its events up to " + note.newest();
    }
    if (!known.equals(note.epoch())) {
      return "this is not the log that was open here last, so a new epoch begins";
    }
    return newest >= note.newest()
        ? null
        : "the log's newest events are gone, from "
            + (newest + 1)
            + " to "
            + note.newest()
            + ", so a new epoch begins";
  }

  /// Begins a new epoch in a log that no server uses.
  static String begin(Connection connection, LogMark mark, long newest)
      throws SQLException, IOException {
    String epoch = newEpoch();
    LogFile.begin(connection);
    LogFile.setValue(connection, "epoch", epoch);
    close(connection);
    LogFile.commit(connection);
    mark.begin(epoch, newest);
    return epoch;
  }

  /// Notes that the log was closed in order. Whoever finds this note finds everything before it.
  static void close(Connection connection) throws SQLException {
    LogFile.setValue(connection, "closed", "true");
  }

  private static String newEpoch() {
    return UUID.randomUUID().toString();
  }

  /// What the kernel calls this boot of the machine; empty where it does not say.
  static String boot() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
