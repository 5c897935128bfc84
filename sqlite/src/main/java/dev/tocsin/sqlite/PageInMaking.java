package dev.tocsin.sqlite;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.PageBuilder;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.util.ArrayList;
import java.util.List;

/// A page that is being read, on or back: how far the look has come, what it has found and what it has
/// lost. Ends when it is full, has looked at everything, or has cost enough. Used by one thread.
final class PageInMaking {

  /// What one look may cost, in rows, so that it holds up neither the next one nor the log's thread.
  private static final int MAX_COST = 8_192;

  /// What it costs to find the end of a damaged stretch.
  private static final int DAMAGE_COST = 1_024;

  private final boolean back;
  private final long last;
  private final PageBuilder builder;
  private final List<Stretch> lost = new ArrayList<>(0);
  private long next;
  private int cost;
  private boolean full;

  private PageInMaking(boolean back, long next, long last, PageBuilder builder) {
    this.back = back;
    this.next = next;
    this.last = last;
    this.builder = builder;
  }

  /// A page of what follows a position, up to the sequence `newest`.
  static PageInMaking on(long after, long newest, TypeFilter types, int maxEvents, int maxBytes) {
    return new PageInMaking(false, after + 1, newest, new PageBuilder(types, maxEvents, maxBytes));
  }

  /// A page from a sequence back to the first.
  static PageInMaking back(long first, TypeFilter types, int maxEvents, int maxBytes) {
    return new PageInMaking(true, first, 1, new PageBuilder(types, maxEvents, maxBytes));
  }

  boolean isBack() {
    return back;
  }

  /// The sequence to look at next.
  long next() {
    return next;
  }

  /// The sequence to look at in the end: the highest, and when it goes back the lowest.
  long last() {
    return last;
  }

  /// The lowest sequence that is still to be looked at.
  long lowest() {
    return back ? last : next;
  }

  /// The highest sequence that is still to be looked at.
  long highest() {
    return back ? next : last;
  }

  /// Whether to go on.
  boolean hasMore() {
    return !full && cost < MAX_COST && !hasPassed(last);
  }

  /// Whether a sequence needs no look any more.
  boolean hasPassed(long sequence) {
    return back ? sequence > next : sequence < next;
  }

  /// The sequence that is looked at before another one.
  long before(long sequence) {
    return back ? sequence + 1 : sequence - 1;
  }

  private long beyond(long sequence) {
    return back ? sequence - 1 : sequence + 1;
  }

  /// Adds the next event if it is wanted; when there is no room for it the page ends before it.
  void add(LoggedEvent event) {
    if (!builder.add(event)) {
      full = true;
      return;
    }
    next = beyond(event.sequence());
    cost++;
    full = builder.isFull();
  }

  /// A damaged stretch had to be looked through.
  void countDamage() {
    cost += DAMAGE_COST;
  }

  /// Everything from the next sequence to `to` is lost, as far as it is to be looked at.
  void lose(long to) {
    long end = back ? Math.max(to, last) : Math.min(to, last);
    if (hasPassed(end)) {
      return;
    }
    long low = Math.min(next, end);
    long high = Math.max(next, end);
    Stretch previous = lost.isEmpty() ? null : lost.getLast();
    if (previous != null && previous.to() + 1 == low) {
      lost.set(lost.size() - 1, new Stretch(previous.from(), high));
    } else if (previous != null && previous.from() - 1 == high) {
      lost.set(lost.size() - 1, new Stretch(low, previous.to()));
    } else {
      lost.add(new Stretch(low, high));
    }
    next = beyond(end);
  }

  /// From the next sequence to `to` nothing is wanted, but what is known to be unreadable is lost.
  void skip(long to, UnreadableStretches unreadable) {
    if (hasPassed(to)) {
      return;
    }
    List<Stretch> known = unreadable.between(Math.min(next, to), Math.max(next, to));
    for (Stretch stretch : back ? known.reversed() : known) {
      long begin = back ? stretch.to() : stretch.from();
      if (!hasPassed(begin)) {
        next = begin;
      }
      lose(back ? Math.max(stretch.from(), to) : Math.min(stretch.to(), to));
    }
    if (!hasPassed(to)) {
      next = beyond(to);
    }
  }

  Page done() {
    return new Page(builder.events(), lost, back ? next : next - 1);
  }
}
