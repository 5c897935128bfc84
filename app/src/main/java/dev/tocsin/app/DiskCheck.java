package dev.tocsin.app;

import dev.tocsin.hub.Durability;
import dev.tocsin.sqlite.SqliteSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder of a server's data: whether it can be written and flushed, on what it is, and whether the log has room.
final class DiskCheck {

  private static final String SUBJECT = "data";

  /// Where locks and flushes are not what SQLite takes them for.
  private static final Set<String> REMOTE =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "smbfs",
          "9p",
          "afs",
          "glusterfs",
          "fuse.glusterfs",
          "fuse.sshfs",
          "fuse.s3fs",
          "fuse.rclone",
          "vboxsf");

  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  /// What the log takes beside its events: the write-ahead file, and the reserve for a full disk.
  private static final long BESIDE_LOG_BYTES = 128L << 20;

  private static final int TRIAL_BYTES = 4_096;

  /// A flush that takes longer is told: with --durability power each group of events waits for one.
  private static final long SLOW_FLUSH_MILLIS = 50;

  private final Path folder;
  private final @Nullable SqliteSettings log;
  private final Findings findings;

  /// @param log how the log is kept in the folder; `null` when it is not there
  DiskCheck(Path folder, @Nullable SqliteSettings log, Findings findings) {
    this.folder = folder;
    this.log = log;
    this.findings = findings;
  }

  void look() {
    Path there = folder.toAbsolutePath();
    while (there.getParent() != null && !Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      findings.mend(SUBJECT, there + " is no folder", "choose another --data");
      return;
    }
    owner(there);
    trial(there);
    if (log != null) {
      try {
        FileStore store = Files.getFileStore(there);
        kind(store.type());
        room(log, store.getUsableSpace());
      } catch (IOException e) {
        findings.note(SUBJECT, "its disk cannot be looked at: " + KeysOption.reason(e), null);
      }
    }
  }

  /// Root may write everywhere, and what it makes is root's.
  private void owner(Path there) {
    try {
      String owner = Files.getOwner(there).getName();
      String user = System.getProperty("user.name", "");
      if (there.equals(folder.toAbsolutePath()) && !owner.equals(user)) {
        findings.note(
            SUBJECT,
            folder + " belongs to " + owner + ", and this is run by " + user,
            "run it as the user that the server runs as: sudo -u " + ShellText.quoted(owner));
      }
    } catch (IOException | UnsupportedOperationException e) {
      // Whether it can be written is tried next.
    }
  }

  /// Writes a small file, flushes it, and takes it away again.
  private void trial(Path there) {
    String what =
        there.equals(folder.toAbsolutePath()) ? folder + " is" : folder + " will be made, and is";
    Path file = null;
    try {
      file = Files.createTempFile(there, ".tocsin-doctor-", ".tmp");
      long begin;
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(TRIAL_BYTES));
        begin = System.nanoTime();
        channel.force(true);
      }
      told(what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    } catch (IOException e) {
      findings.mend(
          SUBJECT,
          "cannot write to " + there + " (" + KeysOption.reason(e) + ")",
          remedy(KeysOption.reason(e)) + ", or choose another --data");
    } finally {
      delete(file);
    }
  }

  private static String remedy(String reason) {
    return switch (reason) {
      case "No space left on device" -> "make room";
      case "Read-only file system" -> "mount it so that it can be written to";
      case "permission denied" -> "let this user write there";
      default -> "check its permissions and its disk";
    };
  }

  private void told(String what, long flushMillis) {
    String text =
        String.format(Locale.ROOT, "%s writable, and flushed in %d ms", what, flushMillis);
    if (flushMillis > SLOW_FLUSH_MILLIS && log != null && log.durability() == Durability.POWER) {
      findings.note(
          SUBJECT,
          text + ": with --durability power each group of events waits for that",
          "use a faster disk");
    } else {
      findings.good(SUBJECT, text);
    }
  }

  private static void delete(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It could be made and cannot be deleted; the disk's own trouble is told by what was tried on
      // it.
    }
  }

  void kind(String type) {
    if (REMOTE.contains(type)) {
      findings.mend(
          SUBJECT,
          "it is on " + type + ", where locks and flushes cannot be relied on",
          "keep the log on a disk of this machine, or in NATS (--jetstream)");
    } else if (IN_MEMORY.contains(type)) {
      findings.mend(
          SUBJECT,
          "it is on " + type + ", which is gone when the machine restarts",
          "keep the log on a disk; --memory is for a log that may go");
    } else if (type.equals("overlay")) {
      findings.note(
          SUBJECT,
          "it is on the file system of a container, and goes with it",
          "mount a volume there");
    } else {
      findings.good(SUBJECT, "it is on " + type);
    }
  }

  void room(SqliteSettings kept, long freeBytes) {
    long needed = kept.retainBytes() + BESIDE_LOG_BYTES - taken();
    String text =
        String.format(
            Locale.ROOT,
            "%s are free; the log may still grow by %s",
            ProcessCheck.mebibytes(freeBytes),
            ProcessCheck.mebibytes(Math.max(needed, 0)));
    if (freeBytes < needed) {
      findings.mend(SUBJECT, text, "make room, or keep less: --retain-bytes");
    } else {
      findings.good(SUBJECT, text);
    }
  }

  private long taken() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      return 0;
    }
  }
}
