package dev.tocsin.hub;

import java.util.List;

/// A connection that is lagging: its own cursor on the log, until it has caught up with its shard.
///
/// It goes on a page at a time, when its owner has room for one. A page comes from the recent events
/// in memory where they hold it, otherwise the owner fetches it from the log ([LogPages]), where it asks
/// for the types that the connection wants, and hands it in. What the connection wants is looked up anew
/// for each page, so that its subscription may change in between. Owned by the shard's thread.
public final class Replay<C> {

  private static final int MAX_SCANNED_EVENTS = 1_024;

  /// A page in which at least one event in so many is wanted is better read by all together than with an
  /// index for each.
  private static final int DENSE = 4;

  private final Shard<C> shard;
  private final C connection;
  private final RecentEvents begunIn;
  private long position;
  private long previous;

  /// Whether most of what the last page passed was wanted.
  private boolean dense;

  /// Takes what is replayed.
  public interface Sink {

    /// Takes the next event that the connection wants.
    void event(LoggedEvent event, long previous);

    /// Takes the news that events are gone from the log before they could be read.
    ///
    /// @param from the first lost sequence
    /// @param to the last lost sequence
    void gap(long from, long to);
  }

  /// How far a page has brought the connection.
  public enum Progress {
    /// There is more.
    MORE,
    /// The connection stands where its shard stands, and is on the live path again.
    CAUGHT_UP,
    /// What follows is not in memory: it has to be fetched from the log and handed to [#take].
    NOT_HELD,
    /// The log has begun a new epoch, in which the position means nothing.
    ENDED
  }

  Replay(Shard<C> shard, C connection, long position, long previous) {
    this.shard = shard;
    this.connection = connection;
    this.begunIn = shard.recent();
    this.position = position;
    this.previous = previous;
  }

  /// The sequence up to which everything was looked at, and what was wanted of it given to a sink.
  public long position() {
    return position;
  }

  /// What to ask the log for, after [#position].
  public TypeFilter filter() {
    return dense ? TypeFilter.ALL : shard.filter(connection);
  }

  /// The position, which the connection is told now: so nothing of what it passed by before is named
  /// in a `previous` any more, not even after its subscription has changed.
  public long tellPosition() {
    previous = position;
    return position;
  }

  /// Goes on from memory.
  ///
  /// @param maxBytes how much JSON may be given; one event is, whatever its size
  public Progress advance(int maxBytes, Sink sink) {
    if (isOver()) {
      return Progress.ENDED;
    }
    List<LoggedEvent> events = shard.readPassed(position, MAX_SCANNED_EVENTS, maxBytes);
    return events == null
        ? Progress.NOT_HELD
        : give(
            new Page(events, events.isEmpty() ? position : events.getLast().sequence()),
            maxBytes,
            sink);
  }

  /// Goes on with a page from the log ([LogPages]). What lies at or below the position, or beyond the
  /// shard's, is passed over. A page that was asked for before the connection wanted more is of no use.
  ///
  /// @param filter what the page was asked for
  /// @param maxBytes how much JSON may be given; one event is, whatever its size
  public Progress take(Page page, TypeFilter filter, int maxBytes, Sink sink) {
    if (isOver()) {
      return Progress.ENDED;
    }
    if (!filter.covers(shard.filter(connection))) {
      return Progress.NOT_HELD;
    }
    return give(page, maxBytes, sink);
  }

  /// Whether the log has begun a new epoch, also when the shard has not heard of it yet.
  private boolean isOver() {
    return shard.recent() != begunIn || begunIn.successor() != null;
  }

  private Progress give(Page page, int maxBytes, Sink sink) {
    long before = position;
    long end = Math.min(page.position(), shard.position());
    long bytes = 0;
    int wanted = 0;
    boolean full = false;
    int nextLost = 0;
    for (LoggedEvent event : page.events()) {
      if (event.sequence() <= position) {
        continue;
      }
      if (event.sequence() > end) {
        break;
      }
      if (bytes >= maxBytes) {
        full = true;
        break;
      }
      nextLost = lose(page.lost(), nextLost, event.sequence(), sink);
      position = event.sequence();
      if (shard.wants(connection, event)) {
        sink.event(event, previous);
        shard.countDelivered(event);
        bytes += event.event().json().length;
        previous = position;
        wanted++;
      }
    }
    if (!full) {
      lose(page.lost(), nextLost, end + 1, sink);
      position = Math.max(position, end);
    }
    dense = wanted * (long) DENSE >= position - before;
    if (position < shard.position()) {
      return Progress.MORE;
    }
    shard.rejoin(connection, previous);
    return Progress.CAUGHT_UP;
  }

  /// Tells of what is lost below a sequence and after the position.
  private int lose(List<Stretch> lost, int next, long below, Sink sink) {
    int told = next;
    while (told < lost.size() && lost.get(told).from() < below) {
      long from = Math.max(lost.get(told).from(), position + 1);
      long to = Math.min(lost.get(told).to(), below - 1);
      if (from <= to) {
        sink.gap(from, to);
        position = to;
        previous = to;
      }
      told++;
    }
    return told;
  }
}
