package dev.tocsin.hub;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The newest sequence of each key of one type, keys as the 128 bits of a [KeyHash]: some 35 bytes for a key.
///
/// Extendible hashing over primitive longs: the first bits of a key choose a segment, and a segment that is full is split.
/// So it never stands still to grow: the longest step moves [#MAX_SLOTS] entries. A [View] is the table of one moment at
/// the cost of its directory; whoever writes then copies a segment before changing it for the first time.
///
/// Unsynchronised; views may be read by any thread that they were handed to.
final class KeyTable {

  /// The largest segment, in entries.
  static final int MAX_SLOTS = 2_048;

  private static final int MIN_SLOTS = 8;

  // An entry: both halves of the hash, and the sequence; 0 where there is none.
  private static final int ENTRY = 3;
  private static final int SEQUENCE = 2;

  private @Nullable Segment[] directory = {new Segment(0, MIN_SLOTS, 0)};
  private int depth;
  private int size;
  private int generation;

  /// Entries whose keys begin with the same bits.
  private static final class Segment {

    final int depth;
    final int generation;
    final long[] slots;
    int size;

    Segment(int depth, int slotCount, int generation) {
      this(depth, new long[slotCount * ENTRY], 0, generation);
    }

    private Segment(int depth, long[] slots, int size, int generation) {
      this.depth = depth;
      this.slots = slots;
      this.size = size;
      this.generation = generation;
    }

    Segment copy(int newGeneration) {
      return new Segment(depth, slots.clone(), size, newGeneration);
    }

    int slotCount() {
      return slots.length / ENTRY;
    }

    /// Where an entry is or would be.
    int find(long high, long low) {
      int mask = slotCount() - 1;
      for (int slot = (int) low & mask; ; slot = (slot + 1) & mask) {
        int at = slot * ENTRY;
        if (slots[at + SEQUENCE] == 0 || (slots[at] == high && slots[at + 1] == low)) {
          return at;
        }
      }
    }

    /// Whether one more would make it too full to be searched quickly.
    boolean isFull() {
      return (size + 1) * 8 > slotCount() * 7;
    }

    void add(long high, long low, long sequence) {
      int at = find(high, low);
      slots[at] = high;
      slots[at + 1] = low;
      slots[at + SEQUENCE] = sequence;
      size++;
    }

    /// How many entries are above a sequence.
    int above(long sequence) {
      int count = 0;
      for (int at = SEQUENCE; at < slots.length; at += ENTRY) {
        count += slots[at] > sequence ? 1 : 0;
      }
      return count;
    }
  }

  /// The table as it was at one moment. Immutable.
  static final class View {

    private final @Nullable Segment[] directory;

    private View(@Nullable Segment[] directory) {
      this.directory = directory;
    }

    /// Takes one entry after another.
    interface Taker<E extends Exception> {
      void take(long high, long low, long sequence) throws E;
    }

    /// Hands on the entries above a sequence, in no order.
    <E extends Exception> void forEach(long above, Taker<E> taker) throws E {
      Segment last = null;
      for (Segment segment : directory) {
        if (segment != null && segment != last) {
          last = segment;
          long[] slots = segment.slots;
          for (int at = 0; at < slots.length; at += ENTRY) {
            if (slots[at + SEQUENCE] > above) {
              taker.take(slots[at], slots[at + 1], slots[at + SEQUENCE]);
            }
          }
        }
      }
    }
  }

  /// How many keys there are, also of events that the log has no more.
  int size() {
    return size;
  }

  /// The table of this moment.
  View view() {
    generation++;
    return new View(directory.clone());
  }

  /// Notes an event, unless a newer one of its key is known.
  ///
  /// @param gone entries up to this sequence are of no use any more, and make room
  void put(long high, long low, long sequence, long gone) {
    Segment segment = segment(high);
    int at = segment.find(high, low);
    if (segment.slots[at + SEQUENCE] != 0) {
      if (segment.slots[at + SEQUENCE] < sequence) {
        own(segment, high).slots[at + SEQUENCE] = sequence;
      }
      return;
    }
    while (segment.isFull()) {
      makeRoom(segment, high, gone);
      segment = segment(high);
    }
    own(segment, high).add(high, low, sequence);
    size++;
  }

  private Segment segment(long high) {
    return Objects.requireNonNull(directory[index(high)]);
  }

  private int index(long high) {
    return depth == 0 ? 0 : (int) (high >>> (Long.SIZE - depth));
  }

  /// The segment itself, or in its place a copy that no view has.
  private Segment own(Segment segment, long high) {
    if (segment.generation == generation) {
      return segment;
    }
    Segment copy = segment.copy(generation);
    replace(segment.depth, high, copy);
    return copy;
  }

  /// Puts a segment at all places for keys that begin with the same bits.
  private void replace(int bits, long high, Segment segment) {
    int spread = depth - bits;
    int first = index(high) >>> spread << spread;
    Arrays.fill(directory, first, first + (1 << spread), segment);
  }

  private void makeRoom(Segment full, long high, long gone) {
    int left = full.above(gone);
    int slots = full.slotCount();
    if (left * 4 <= slots * 2) {
      rebuild(full, high, slots, gone);
    } else if (slots < MAX_SLOTS) {
      rebuild(full, high, slots * 2, gone);
    } else {
      split(full, high, gone);
    }
  }

  private void rebuild(Segment old, long high, int slots, long gone) {
    Segment made = new Segment(old.depth, slots, generation);
    for (int at = 0; at < old.slots.length; at += ENTRY) {
      if (old.slots[at + SEQUENCE] > gone) {
        made.add(old.slots[at], old.slots[at + 1], old.slots[at + SEQUENCE]);
      }
    }
    size -= old.size - made.size;
    replace(old.depth, high, made);
  }

  private void split(Segment old, long high, long gone) {
    if (old.depth == depth) {
      @Nullable Segment[] larger = new @Nullable Segment[directory.length * 2];
      for (int i = 0; i < larger.length; i++) {
        larger[i] = directory[i / 2];
      }
      directory = larger;
      depth++;
    }
    int bits = old.depth + 1;
    long bit = 1L << (Long.SIZE - bits);
    Segment zero = new Segment(bits, old.slotCount(), generation);
    Segment one = new Segment(bits, old.slotCount(), generation);
    for (int at = 0; at < old.slots.length; at += ENTRY) {
      if (old.slots[at + SEQUENCE] > gone) {
        Segment half = (old.slots[at] & bit) == 0 ? zero : one;
        half.add(old.slots[at], old.slots[at + 1], old.slots[at + SEQUENCE]);
      }
    }
    size -= old.size - zero.size - one.size;
    replace(bits, high & ~bit, zero);
    replace(bits, high | bit, one);
  }

  /// Lets go of all entries up to a sequence.
  void forget(long through) {
    for (int i = 0; i < directory.length; ) {
      Segment segment = Objects.requireNonNull(directory[i]);
      long high = depth == 0 ? 0 : (long) i << (Long.SIZE - depth);
      if (segment.above(through) < segment.size) {
        rebuild(segment, high, segment.slotCount(), through);
      }
      i += 1 << (depth - segment.depth);
    }
  }

  /// The sequence up to which about one in `parts` of the entries stand.
  long oldestPart(int parts) {
    long[] some = new long[Math.min(size, 4_096)];
    int step = Math.max(1, size / Math.max(1, some.length));
    int[] seen = {0, 0};
    view()
        .forEach(
            0,
            (high, low, sequence) -> {
              if (seen[0]++ % step == 0 && seen[1] < some.length) {
                some[seen[1]++] = sequence;
              }
            });
    Arrays.sort(some, 0, seen[1]);
    return seen[1] == 0 ? 0 : some[Math.min(seen[1] - 1, seen[1] / parts)];
  }
}
