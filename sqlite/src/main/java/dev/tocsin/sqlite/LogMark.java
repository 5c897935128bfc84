package dev.tocsin.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A note outside the database of the newest sequence that was acknowledged: a file with one line,
/// `EPOCH SEQUENCE CHECKSUM`.
///
/// The newest events are only in the write-ahead file. When that is gone the database is whole and has
/// merely fewer events, and nothing in it tells. The note does.
///
/// It is written after each commit and before the answer, one small write without a flush. So it never
/// says more than was committed; after a loss of power it may say less. Belongs to the log's thread.
final class LogMark implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogMark.class);

  static final String NAME = "newest";

  private static final int SEQUENCE_DIGITS = 20;
  private static final int CHECKSUM_DIGITS = 8;

  /// More than a line has. The file may be anything.
  private static final int MAX_BYTES = 1_024;

  private final Path file;
  private FileChannel channel;
  private @Nullable Object key;
  private byte[] epoch = new byte[0];
  private ByteBuffer line = ByteBuffer.allocateDirect(0);
  private final CRC32 checksum = new CRC32();
  private boolean fails;

  private LogMark(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.key = key(file);
  }

  /// What a mark says.
  ///
  /// @param newest the newest sequence that was acknowledged in the epoch
  record Note(String epoch, long newest) {}

  static LogMark open(Path directory) throws LogOpenException {
    Path file = directory.resolve(NAME);
    LogLock.requireFile(file);
    try {
      return new LogMark(file, open(file, StandardOpenOption.CREATE));
    } catch (IOException e) {
      throw LogLock.cannotWrite(file, LogLock.reason(e), e);
    }
  }

  private static FileChannel open(Path file, StandardOpenOption creating) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, creating);
  }

  /// What the file says; `null` when it says nothing that can be believed.
  @Nullable Note read() {
    return read(file);
  }

  /// What the file of a log says that need not be open.
  static @Nullable Note read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
      String[] words = text.strip().split(" ", -1);
      if (words.length != 3) {
        return null;
      }
      Note note = new Note(words[0], Long.parseLong(words[1]));
      return words[2].equals(checksum(words[0] + ' ' + words[1])) ? note : null;
    } catch (IOException | NumberFormatException e) {
      return null;
    }
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return String.format(Locale.ROOT, "%0" + CHECKSUM_DIGITS + "x", crc.getValue());
  }

  /// Begins to note the sequences of an epoch.
  void begin(String newEpoch, long newest) throws IOException {
    epoch = newEpoch.getBytes(StandardCharsets.ISO_8859_1);
    line = ByteBuffer.allocateDirect(epoch.length + SEQUENCE_DIGITS + CHECKSUM_DIGITS + 3);
    channel.truncate(0);
    write(newest);
  }

  /// Notes the newest sequence of the epoch, if that can be done: the log goes on without.
  void note(long newest) {
    try {
      write(newest);
      fails = false;
    } catch (IOException e) {
      if (!fails) {
        LOG.atWarn()
            .setCause(e)
            .log(
                "the newest sequence cannot be noted beside the log: should its write-ahead file be"
                    + " lost, nobody would notice");
      }
      fails = true;
    }
  }

  /// Notes the newest sequence of the epoch.
  void write(long newest) throws IOException {
    line.clear().put(epoch).put((byte) ' ');
    putDigits(newest, SEQUENCE_DIGITS, 10);
    checksum.reset();
    checksum.update(line.duplicate().flip());
    line.put((byte) ' ');
    putDigits(checksum.getValue(), CHECKSUM_DIGITS, 16);
    line.put((byte) '\n').flip();
    for (int at = 0; line.hasRemaining(); ) {
      at += channel.write(line, at);
    }
  }

  private void putDigits(long number, int digits, int radix) {
    int end = line.position() + digits;
    long left = number;
    for (int i = end - 1; i >= end - digits; i--) {
      line.put(i, (byte) Character.forDigit((int) (left % radix), radix));
      left /= radix;
    }
    line.position(end);
  }

  /// Makes the file again when somebody has taken it away or put something else in its place.
  ///
  /// @return why that cannot be done, a sentence; `null` when the note is where a restart looks for it
  @Nullable String restore(long newest) {
    if (isInPlace()) {
      return null;
    }
    try {
      // Whatever it is: to open a pipe would wait for its other end.
      Files.deleteIfExists(file);
      FileChannel made = open(file, StandardOpenOption.CREATE_NEW);
      channel.close();
      channel = made;
      key = key(file);
      write(newest);
      LOG.atWarn()
          .addKeyValue("file", file)
          .log(
              "the note of the newest sequence was taken away or replaced; it has been made again");
      return null;
    } catch (IOException e) {
      return whyNot(e);
    }
  }

  private String whyNot(IOException e) {
    try {
      LogLock.requireFile(file);
      return "The note of the newest sequence, "
          + file
          + ", is gone and cannot be made again ("
          + LogLock.reason(e)
          + "): after a crash a restart will begin a new epoch";
    } catch (LogOpenException refused) {
      return LogLock.refusal(refused);
    }
  }

  private boolean isInPlace() {
    try {
      BasicFileAttributes there = Files.readAttributes(file, BasicFileAttributes.class);
      return there.isRegularFile() && Objects.equals(there.fileKey(), key);
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
