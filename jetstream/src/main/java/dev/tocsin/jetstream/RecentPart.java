package dev.tocsin.jetstream;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.PageBuilder;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The newest events, which the hub holds as well, up to a bound in bytes. What is missing between two of them is lost.
/// Unsynchronised.
final class RecentPart {

  /// How many events one look passes, so that it holds nobody up for long.
  private static final int SCANNED_EVENTS = 8_192;

  /// What an event is taken to cost beside its JSON, in bytes.
  private static final int EVENT_BYTES = 200;

  private final long maxBytes;

  /// A circle; its length is a power of two.
  private @Nullable LoggedEvent[] slots = new @Nullable LoggedEvent[1024];

  private int first;
  private int count;
  private long bytes;

  /// Everything after `base` is here or lost, up to `newest`.
  private long base;

  private long newest;

  /// @param newest the sequence after which it begins
  RecentPart(long newest, long maxBytes) {
    this.base = newest;
    this.newest = newest;
    this.maxBytes = maxBytes;
  }

  /// The position after which nothing is missing here that the log has.
  long base() {
    return base;
  }

  /// Adds an event that is above all others.
  void add(LoggedEvent event) {
    if (count == slots.length) {
      grow();
    }
    slots[(first + count) & (slots.length - 1)] = event;
    count++;
    newest = event.sequence();
    bytes += weight(event);
    while (bytes > maxBytes && count > 1) {
      dropFirst();
    }
  }

  /// Nothing up to a sequence can be read any more.
  void lose(long to) {
    newest = Math.max(newest, to);
  }

  /// Forgets what is below the oldest event of the log.
  void forgetBefore(long oldest) {
    while (count > 0 && at(0).sequence() < oldest) {
      dropFirst();
    }
    base = Math.max(base, Math.min(oldest - 1, newest));
  }

  /// Forgets everything and begins after a position.
  void restart(long position) {
    slots = new @Nullable LoggedEvent[1024];
    first = 0;
    count = 0;
    bytes = 0;
    base = position;
    newest = position;
  }

  private void dropFirst() {
    LoggedEvent event = at(0);
    slots[first] = null;
    first = (first + 1) & (slots.length - 1);
    count--;
    bytes -= weight(event);
    base = event.sequence();
  }

  private static long weight(LoggedEvent event) {
    return event.event().json().length + (long) EVENT_BYTES;
  }

  private void grow() {
    @Nullable LoggedEvent[] larger = new @Nullable LoggedEvent[slots.length * 2];
    for (int i = 0; i < count; i++) {
      larger[i] = at(i);
    }
    slots = larger;
    first = 0;
  }

  private LoggedEvent at(int place) {
    LoggedEvent event = slots[(first + place) & (slots.length - 1)];
    if (event == null) {
      throw new IllegalStateException(place + " is not held");
    }
    return event;
  }

  /// The place of the first event after a position.
  private int placeAfter(long position) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at(middle).sequence() > position) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// What follows a position; `null` when some of it is not here any more.
  @Nullable Page read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    if (after < base) {
      return null;
    }
    PageBuilder page = new PageBuilder(types, maxEvents, maxBytes);
    List<Stretch> lost = new ArrayList<>(0);
    long position = after;
    int place = placeAfter(after);
    int end = Math.min(count, place + SCANNED_EVENTS);
    for (; place < end; place++) {
      LoggedEvent event = at(place);
      boolean taken = page.add(event);
      if (taken && event.sequence() > position + 1) {
        lost.add(new Stretch(position + 1, event.sequence() - 1));
      }
      if (!taken) {
        return new Page(page.events(), lost, position);
      }
      position = event.sequence();
    }
    if (place == count && newest > position) {
      lost.add(new Stretch(position + 1, newest));
      position = newest;
    }
    return new Page(page.events(), lost, position);
  }

  /// What is before a sequence, the newest first, as far as it is here; `null` when nothing of it is.
  @Nullable Page readBack(long before, TypeFilter types, int maxEvents, int maxBytes) {
    long top = Math.min(before - 1, newest);
    if (top <= base) {
      return null;
    }
    PageBuilder page = new PageBuilder(types, maxEvents, maxBytes);
    List<Stretch> lost = new ArrayList<>(0);
    // All above it was looked at.
    long position = top;
    int place = placeAfter(top) - 1;
    int end = Math.max(-1, place - SCANNED_EVENTS);
    for (; place > end; place--) {
      LoggedEvent event = at(place);
      if (!page.add(event)) {
        return new Page(page.events(), lost, position);
      }
      if (event.sequence() < position) {
        lost.add(new Stretch(event.sequence() + 1, position));
      }
      position = event.sequence() - 1;
    }
    if (place < 0 && base < position) {
      lost.add(new Stretch(base + 1, position));
      position = base;
    }
    return new Page(page.events(), lost, position);
  }

  /// The event of a sequence; `null` when it is not here.
  @Nullable LoggedEvent find(long sequence) {
    int place = placeAfter(sequence - 1);
    return place < count && at(place).sequence() == sequence ? at(place) : null;
  }
}
