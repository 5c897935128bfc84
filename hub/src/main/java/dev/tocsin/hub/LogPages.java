package dev.tocsin.hub;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/// Pages of the log for all who are behind, read by one thread, one after another.
///
/// Reading is shared where cursors are close together: pages begin at fixed places, a page that
/// several ask for is read once, and the latest pages are kept for those who come a little later.
/// Being read one after another, they pace a crowd that comes back all at once. Any thread may call.
public final class LogPages {

  private static final int PAGE_EVENTS = 256;
  private static final int PAGE_BYTES = 256 * 1024;
  private static final int KEPT_PAGES = 64;

  private final EventLog log;
  private final Executor reader;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final Map<Long, CompletableFuture<List<LoggedEvent>>> pages =
      new LinkedHashMap<>(KEPT_PAGES, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<Long, CompletableFuture<List<LoggedEvent>>> eldest) {
          return size() > KEPT_PAGES;
        }
      };

  /// Pages of a log.
  ///
  /// @param reader runs the reading, which may block; one task at a time
  LogPages(EventLog log, Executor reader) {
    this.log = log;
    this.reader = reader;
  }

  /// A page in which the event behind `after` stands, or the oldest behind it that is left; empty
  /// when there is none.
  ///
  /// @return completed by the reader, or at once; exceptionally when the log cannot be read
  public CompletableFuture<List<LoggedEvent>> read(long after) {
    long begin = after - after % PAGE_EVENTS;
    return page(begin)
        .thenCompose(page ->
            page.isEmpty() || page.getLast().sequence() <= after
                ? page(after)
                : CompletableFuture.completedFuture(page));
  }

  /// A page of one's own, of events of some types only, see [EventLog#readOfTypes].
  ///
  /// @return completed by the reader; exceptionally when the log cannot be read
  public CompletableFuture<List<LoggedEvent>> readOfTypes(
      long after, Set<String> types, int maxEvents) {
    return CompletableFuture.supplyAsync(
        () -> log.readOfTypes(after, types, maxEvents, PAGE_BYTES), reader);
  }

  private CompletableFuture<List<LoggedEvent>> page(long begin) {
    lock.lock();
    try {
      CompletableFuture<List<LoggedEvent>> known = pages.get(begin);
      if (known != null && !isStale(known)) {
        return known;
      }
      CompletableFuture<List<LoggedEvent>> page = fetch(begin);
      pages.put(begin, page);
      return page;
    } finally {
      lock.unlock();
    }
  }

  /// Whether a kept page failed or was read when the log had less to fill it with.
  private static boolean isStale(CompletableFuture<List<LoggedEvent>> page) {
    return page.isCompletedExceptionally() || (page.isDone() && page.join().isEmpty());
  }

  private CompletableFuture<List<LoggedEvent>> fetch(long after) {
    return CompletableFuture.supplyAsync(() -> log.read(after, PAGE_EVENTS, PAGE_BYTES), reader);
  }
}
