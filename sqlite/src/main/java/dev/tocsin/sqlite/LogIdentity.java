package dev.tocsin.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/// Which life of the log this is: the epoch, and whether it can go on.
///
/// A power loss in the mode `process` can take back events that were delivered already; were the log
/// to go on, their sequences would be given a second time. So the log remembers the machine's boot,
/// its mode and whether it was closed in order, and begins a new epoch when it was not and the machine
/// has been restarted since.
final class LogIdentity {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private LogIdentity() {}

  /// The epoch under which the log goes on; notes that it is open.
  ///
  /// @param boot the name of this boot of the machine; when it is empty every boot is another
  static String open(Connection connection, Durability durability, String boot)
      throws SQLException {
    String known = LogFile.value(connection, "epoch");
    boolean closed = "true".equals(LogFile.value(connection, "closed"));
    boolean sameBoot = !boot.isEmpty() && boot.equals(LogFile.value(connection, "boot"));
    boolean safeMode = Durability.POWER.toString().equals(LogFile.value(connection, "durability"));
    String epoch = known != null && (closed || sameBoot || safeMode) ? known : newEpoch();
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
    return epoch;
  }

  /// Notes that the log was closed in order. Whoever finds this note finds everything before it.
  static void close(Connection connection) throws SQLException {
    LogFile.setValue(connection, "closed", "true");
  }

  static String newEpoch() {
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
