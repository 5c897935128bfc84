package dev.tocsin.hub;

import java.util.List;

/// A connection that is behind: its own cursor on the log, until it has caught up with its shard.
///
/// It goes on a page at a time, when its owner has room for one. A page comes from the recent events
/// in memory where they hold it, otherwise the owner fetches it from the log ([LogPages]) and hands
/// it in. What the connection wants is looked up anew for each page, so that its subscription may
/// change in between. Owned by the shard's thread.
public final class Replay<C> {

  private static final int MAX_SCANNED_EVENTS = 1_024;

  private final Shard<C> shard;
  private final C connection;
  private long position;
  private long previous;

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
    NOT_HELD
  }

  Replay(Shard<C> shard, C connection, long position, long previous) {
    this.shard = shard;
    this.connection = connection;
    this.position = position;
    this.previous = previous;
  }

  /// The sequence up to which everything was looked at, and what was wanted of it given to a sink.
  public long position() {
    return position;
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
    List<LoggedEvent> page = shard.readPassed(position, MAX_SCANNED_EVENTS, maxBytes);
    return page == null ? Progress.NOT_HELD : give(page, maxBytes, sink);
  }

  /// Goes on with a page from the log ([LogPages]). What lies at or below the position, or beyond the
  /// shard's, is passed over; when nothing is left behind the position, the log has lost it.
  ///
  /// @param maxBytes how much JSON may be given; one event is, whatever its size
  public Progress take(List<LoggedEvent> page, int maxBytes, Sink sink) {
    if (page.isEmpty() && position < shard.position()) {
      lose(shard.position(), sink);
    }
    return give(page, maxBytes, sink);
  }

  private Progress give(List<LoggedEvent> page, int maxBytes, Sink sink) {
    int wanted = 0;
    int bytes = 0;
    for (LoggedEvent event : page) {
      if (event.sequence() <= position || event.sequence() > shard.position()) {
        continue;
      }
      if (bytes >= maxBytes) {
        break;
      }
      if (event.sequence() > position + 1) {
        lose(event.sequence() - 1, sink);
      }
      position = event.sequence();
      if (shard.wants(connection, event)) {
        sink.event(event, previous);
        bytes += event.event().json().length;
        previous = position;
        wanted++;
      }
    }
    shard.countDelivered(wanted);
    if (position < shard.position()) {
      return Progress.MORE;
    }
    shard.rejoin(connection);
    return Progress.CAUGHT_UP;
  }

  private void lose(long to, Sink sink) {
    sink.gap(position + 1, to);
    position = to;
    previous = to;
  }
}
