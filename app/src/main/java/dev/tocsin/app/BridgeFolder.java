package dev.tocsin.app;

import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.events.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The state folder of bridges that run in a process of their own: what each bridge remembers, and in `process/` how they fare
/// and what is asked of them. The process has it to itself while it is open. One thread.
final class BridgeFolder implements AutoCloseable {

  /// How many wishes are looked at in a turn.
  static final int MAX_WISHES = 16;

  /// How long a command waits for the process to do what it wants.
  static final int ANSWER_MILLIS = 15_000;

  private static final int LOCK_MILLIS = 2_000;
  private static final int PAUSE_MILLIS = 50;
  private static final int MAX_STATUS_BYTES = 16 << 20;
  private static final byte CURRENT = '+';
  private static final byte STALE = '-';
  private static final String WISH = ".wish";
  private static final String ANSWER = ".answer";

  private final Path folder;
  private final FileChannel channel;
  private final FileLock lock;
  private String written = "";
  private byte marked;

  private BridgeFolder(Path folder, FileChannel channel, FileLock lock) {
    this.folder = folder;
    this.channel = channel;
    this.lock = lock;
  }

  /// Opens a folder, which is made where it is not there.
  static BridgeFolder open(Path folder) throws Failure {
    try {
      Files.createDirectories(wishes(folder));
      FileChannel channel =
          FileChannel.open(lockFile(folder), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = lock(channel);
      if (lock == null) {
        channel.close();
        throw new Failure(
            "bridges run with the state in " + folder + " already; give these another --state");
      }
      BridgeFolder opened = new BridgeFolder(folder, channel, lock);
      opened.forgetWishes();
      opened.mark(CURRENT);
      return opened;
    } catch (IOException e) {
      throw new Failure("--state " + folder + " cannot be used: " + FileTrouble.of(e), e);
    }
  }

  /// Tries for a moment: a command that looks whether somebody has it holds it for as long as that takes.
  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOCK_MILLIS);
    while (true) {
      FileLock lock = tryLock(channel);
      if (lock != null || System.nanoTime() - end > 0) {
        return lock;
      }
      pause();
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // this very process has it
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static Path lockFile(Path folder) {
    return folder.resolve("process").resolve("lock");
  }

  private static Path statusFile(Path folder) {
    return folder.resolve("process").resolve("status.json");
  }

  private static Path wishes(Path folder) {
    return folder.resolve("process").resolve("wishes");
  }

  /// Where bridges keep what they remember.
  Path path() {
    return folder;
  }

  /// Writes how the bridges fare, if it is not what was written last. That this is not possible is noted where it takes no
  /// room.
  void write(ObjectNode status) throws IOException {
    String text = Json.write(status);
    if (text.equals(written)) {
      return;
    }
    try {
      replace(statusFile(folder), text);
      mark(CURRENT);
      written = text;
    } catch (IOException e) {
      mark(STALE);
      throw e;
    }
  }

  /// Says whether the status is current by the one byte of the lock file, which is there from the beginning.
  private void mark(byte now) throws IOException {
    if (marked != now) {
      channel.write(ByteBuffer.wrap(new byte[] {now}), 0);
      marked = now;
    }
  }

  /// Whether the process could not write how its bridges fare, so that what stands there is of an earlier moment.
  static boolean isStale(Path folder) throws IOException {
    try (InputStream in = Files.newInputStream(lockFile(folder))) {
      return in.read() == STALE;
    }
  }

  /// What is in there is for its owner: it has examples of messages.
  private static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    try (FileChannel out = create(next)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    try {
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    Set<StandardOpenOption> anew = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileAttribute<?> owner =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      return FileChannel.open(file, anew, owner);
    } catch (UnsupportedOperationException e) {
      return FileChannel.open(file, anew); // there are no such modes here
    }
  }

  /// Does what commands have asked for since the last time.
  ///
  /// @param doing takes a line, and answers in one
  void fulfil(Function<String, String> doing) throws IOException {
    int done = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(wishes(folder), "*" + WISH)) {
      for (Path wish : all) {
        if (done++ == MAX_WISHES) {
          break;
        }
        String said = Files.readString(wish);
        Files.delete(wish);
        String name = wish.getFileName().toString();
        replace(
            wish.resolveSibling(name.substring(0, name.length() - WISH.length()) + ANSWER),
            doing.apply(said));
      }
    }
  }

  private void forgetWishes() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(wishes(folder))) {
      for (Path left : all) {
        Files.deleteIfExists(left);
      }
    }
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      // The process is about to end, which lets go of it as well.
    }
  }

  // What commands ask of a folder that another process has.

  /// Whether bridges run with the state in a folder.
  static boolean isRunning(Path folder) throws IOException {
    if (!Files.exists(lockFile(folder))) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(lockFile(folder), StandardOpenOption.WRITE)) {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        return true;
      }
      lock.release();
      return false;
    }
  }

  /// How the bridges of a folder fare, or fared when they last ran.
  static JsonNode status(Path folder) throws Failure {
    try {
      byte[] text;
      try (var in = Files.newInputStream(statusFile(folder))) {
        text = in.readNBytes(MAX_STATUS_BYTES);
      }
      if (Json.read(text) instanceof Json.Value(JsonNode tree) && tree.isObject()) {
        return tree;
      }
      throw new Failure(statusFile(folder) + " is not what bridges write");
    } catch (NoSuchFileException e) {
      throw new Failure(
          "no bridges have run with the state in " + folder + " ('bridge --state' names it)", e);
    } catch (IOException e) {
      throw new Failure("cannot read " + statusFile(folder) + ": " + FileTrouble.of(e), e);
    }
  }

  /// Asks something of the bridges that run.
  ///
  /// @return what they answer
  static String ask(Path folder, String wish) throws Failure {
    Path answer = wishes(folder).resolve(UUID.randomUUID() + ANSWER);
    String name = answer.getFileName().toString();
    Path asked = answer.resolveSibling(name.substring(0, name.length() - ANSWER.length()) + WISH);
    try {
      if (!isRunning(folder)) {
        throw new Failure("no bridges run with the state in " + folder);
      }
      replace(asked, wish);
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
      while (!Files.exists(answer)) {
        if (System.nanoTime() - end > 0) {
          Files.deleteIfExists(asked);
          throw new Failure("the bridges that run with the state in " + folder + " do not answer");
        }
        pause();
      }
      String said = Files.readString(answer);
      Files.delete(answer);
      return said;
    } catch (IOException e) {
      throw new Failure("cannot ask the bridges of " + folder + ": " + FileTrouble.of(e), e);
    }
  }
}
