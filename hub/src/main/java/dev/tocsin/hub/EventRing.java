package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The newest events up to a bound in bytes, addressed by sequence. Unsynchronised.
final class EventRing {

  private final long maxBytes;
  private @Nullable LoggedEvent[] slots = new @Nullable LoggedEvent[1024];
  private long oldest;
  private long newest;
  private long bytes;

  /// @param newest the sequence after which the ring begins
  /// @param maxBytes what the events may weigh together; the newest one is always kept
  EventRing(long newest, long maxBytes) {
    this.maxBytes = maxBytes;
    this.newest = newest;
    this.oldest = newest + 1;
  }

  /// Adds the event that follows [#newest].
  void add(LoggedEvent event) {
    if (event.sequence() != newest + 1) {
      throw new IllegalArgumentException(event.sequence() + " does not follow " + newest);
    }
    if (newest - oldest + 1 == slots.length) {
      grow();
    }
    newest = event.sequence();
    slots[slot(newest)] = event;
    bytes += event.weight();
    while (bytes > maxBytes && oldest < newest) {
      forgetOldest();
    }
  }

  private void forgetOldest() {
    bytes -= at(oldest).weight();
    slots[slot(oldest)] = null;
    oldest++;
  }

  /// Forgets what lies before a sequence, the newest event included.
  void forgetBefore(long first) {
    while (oldest < first && oldest <= newest) {
      forgetOldest();
    }
  }

  private void grow() {
    @Nullable LoggedEvent[] larger = new @Nullable LoggedEvent[slots.length * 2];
    for (long sequence = oldest; sequence <= newest; sequence++) {
      larger[(int) (sequence & (larger.length - 1))] = at(sequence);
    }
    slots = larger;
  }

  private int slot(long sequence) {
    return (int) (sequence & (slots.length - 1));
  }

  /// The event of a sequence that is held.
  LoggedEvent at(long sequence) {
    LoggedEvent event = slots[slot(sequence)];
    if (event == null) {
      throw new IllegalStateException(sequence + " is not in the ring");
    }
    return event;
  }

  long oldest() {
    return oldest;
  }

  long newest() {
    return newest;
  }

  /// What the events weigh together.
  long bytes() {
    return bytes;
  }

  /// Forgets everything and goes on after a position, because what lies before it is not to be had.
  void skipTo(long position) {
    Arrays.fill(slots, null);
    newest = position;
    oldest = position + 1;
    bytes = 0;
  }

  /// What follows a position, or the oldest, in order.
  ///
  /// @param maxJsonBytes one event is given whatever its size
  List<LoggedEvent> read(long after, int maxEvents, int maxJsonBytes) {
    if (after >= newest) {
      return List.of();
    }
    long first = Math.max(after + 1, oldest);
    List<LoggedEvent> page = new ArrayList<>(Math.clamp(newest - first + 1, 0, maxEvents));
    long size = 0;
    for (long sequence = first; sequence <= newest && page.size() < maxEvents; sequence++) {
      LoggedEvent event = at(sequence);
      size += event.event().json().length;
      if (size > maxJsonBytes && !page.isEmpty()) {
        break;
      }
      page.add(event);
    }
    return page;
  }
}
