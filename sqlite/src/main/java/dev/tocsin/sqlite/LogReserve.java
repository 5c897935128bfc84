package dev.tocsin.sqlite;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Room on the disk for the moment when it is full: a file of zeros beside a log that is not small.
///
/// To throw events away takes room first: the write-ahead file has to be folded back into the database,
/// which grows by it, before anything can shrink. So on a full disk a log could neither be closed
/// whole nor be opened to keep less. It gives up the reserve for that, and not for publishing, which
/// would use it up at once.
final class LogReserve {

  static final String NAME = "reserve";

  /// What the write-ahead file has at most when it cannot be folded back for lack of room, and some for
  /// the first steps that make room.
  static final long BYTES = 2 * Checkpoints.DUE_BYTES;

  private static final int CHUNK_BYTES = 1 << 20;

  private LogReserve() {}

  /// Makes the reserve when there is none, the log is worth one, and the disk has plenty of room.
  static void keep(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (Files.exists(file)
        || directory.resolve(LogFile.NAME).toFile().length() < Checkpoints.DUE_BYTES / 2
        || Files.getFileStore(directory).getUsableSpace() < 2 * BYTES) {
      return;
    }
    Path making = directory.resolve(NAME + ".part");
    // Whatever it is: to open a pipe would wait for its other end.
    Files.deleteIfExists(making);
    try (OutputStream out = Files.newOutputStream(making, StandardOpenOption.CREATE_NEW)) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (long written = 0; written < BYTES; written += CHUNK_BYTES) {
        out.write(chunk);
      }
    }
    Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Whether the disk has so little room that the reserve may be what is left.
  static boolean isNeededSoon(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace() < 2 * Checkpoints.MAX_MEANWHILE_BYTES;
    } catch (IOException e) {
      return true;
    }
  }

  /// Gives the reserve up.
  ///
  /// @return whether there was one
  static boolean release(Path directory) {
    try {
      return Files.deleteIfExists(directory.resolve(NAME));
    } catch (IOException e) {
      return false;
    }
  }
}
