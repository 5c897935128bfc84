package dev.tocsin.hub;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/// How [LatestEvents] are written down beside a log: what they belong to, then of each type the key, and of each of its keys
/// the hash and the sequence; a checksum at the end.
final class NoteFormat {

  /// To be changed with the format, and with what makes keys equal.
  private static final long MAGIC = 0x746f6373696e4c01L;

  private static final int BUFFER_BYTES = 64 * 1024;

  private NoteFormat() {}

  /// What a note belongs to.
  ///
  /// @param epoch of the log
  /// @param position how far the index had come
  /// @param witness the sequence of an event that the log had then; 0 for none
  /// @param witnessSum its checksum
  record Head(
      String epoch, long position, long witness, long witnessSum, long secret0, long secret1) {}

  /// Takes what a note says.
  interface Reader {

    /// The next type.
    void type(String type, String field, long unkeyed, long forgotten);

    /// One of its keys.
    void key(long high, long low, long sequence);

    /// There are no more.
    void end();
  }

  static long sum(LoggedEvent event) {
    CRC32C sum = new CRC32C();
    sum.update(event.event().json());
    return sum.getValue();
  }

  /// Writes an index, without what the log has no more.
  ///
  /// @param head what the index belongs to
  /// @param gone up to here
  static void write(Head head, Iterable<LatestKeys.View> types, long gone, OutputStream target)
      throws IOException {
    CRC32C sum = new CRC32C();
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new CheckedOutputStream(target, sum), BUFFER_BYTES));
    out.writeLong(MAGIC);
    out.writeUTF(head.epoch);
    out.writeLong(head.position);
    out.writeLong(head.witness);
    out.writeLong(head.witnessSum);
    out.writeLong(head.secret0);
    out.writeLong(head.secret1);
    for (LatestKeys.View type : types) {
      out.writeBoolean(true);
      out.writeUTF(type.type());
      out.writeUTF(type.field());
      out.writeLong(type.unkeyed());
      out.writeLong(type.forgotten());
      type.keys()
          .forEach(
              Math.max(gone, type.forgotten()),
              (high, low, sequence) -> {
                out.writeLong(sequence);
                out.writeLong(high);
                out.writeLong(low);
              });
      out.writeLong(0);
    }
    out.writeBoolean(false);
    out.flush();
    out.writeLong(sum.getValue());
    out.flush();
  }

  /// What a note belongs to; `null` when it is none.
  static @Nullable Head head(InputStream in) throws IOException {
    return head(new DataInputStream(in));
  }

  private static @Nullable Head head(DataInputStream in) throws IOException {
    return in.readLong() == MAGIC
        ? new Head(
            in.readUTF(), in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong())
        : null;
  }

  /// Reads a note to its end. Nothing of it can be believed before that.
  ///
  /// @param head what it has to belong to
  /// @return whether it does, and is whole
  static boolean read(InputStream source, Head head, Reader reader) throws IOException {
    CRC32C sum = new CRC32C();
    DataInputStream in =
        new DataInputStream(
            new CheckedInputStream(new BufferedInputStream(source, BUFFER_BYTES), sum));
    if (!head.equals(head(in))) {
      return false;
    }
    while (in.readBoolean()) {
      reader.type(in.readUTF(), in.readUTF(), in.readLong(), in.readLong());
      for (long sequence = in.readLong(); sequence != 0; sequence = in.readLong()) {
        reader.key(in.readLong(), in.readLong(), sequence);
      }
    }
    long expected = sum.getValue();
    if (in.readLong() != expected || in.read() >= 0) {
      return false;
    }
    reader.end();
    return true;
  }
}
