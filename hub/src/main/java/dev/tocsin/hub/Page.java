package dev.tocsin.hub;

import java.util.List;

/// What a look into the log has found, and how far it looked: every event that was wanted between the
/// position it was asked for and [#position] is in it, or in a stretch that it names as lost.
///
/// An empty page whose position is ahead of the one asked for is progress; only one that has not moved
/// says that there is nothing more.
///
/// @param events the events, in the order of the reading
/// @param lost the stretches that can never be read again, because they were thrown away or are
///     damaged; apart from each other, in the order of the reading, none beyond the position
/// @param position how far it looked: forwards the last sequence, backwards the one before the first
public record Page(List<LoggedEvent> events, List<Stretch> lost, long position) {

  /// What a page costs beside its events, in bytes.
  private static final int OVERHEAD_BYTES = 200;

  /// A page that has lost nothing.
  public Page(List<LoggedEvent> events, long position) {
    this(events, List.of(), position);
  }

  /// A page without anything that is wanted.
  static Page empty(long position) {
    return new Page(List.of(), List.of(), position);
  }

  /// Hands the page to a follower, what is lost in its place.
  public void handTo(Follower follower) {
    int first = 0;
    for (Stretch gap : lost) {
      int end = first;
      while (end < events.size() && events.get(end).sequence() < gap.from()) {
        end++;
      }
      if (end > first) {
        follower.events(events.subList(first, end));
      }
      follower.lost(gap.from(), gap.to());
      first = end;
    }
    if (first < events.size()) {
      follower.events(events.subList(first, events.size()));
    }
  }

  /// What the page is taken to cost in memory, in bytes.
  long weight() {
    long weight = OVERHEAD_BYTES;
    for (LoggedEvent event : events) {
      weight += event.weight();
    }
    return weight;
  }
}
