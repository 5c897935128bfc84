package dev.tocsin.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Pages of the log for all connections that lag, and for requests for history. They are read one after another, so
/// that a crowd that comes back all at once is paced. Any thread may call.
///
/// Reading is shared. Readers that want the same types and stand near each other get the same page. Every other page is
/// for the lowest reader: it catches up with the next one, and both go on together, so that a crowd spread over the
/// whole log has become one by the time the log has been read once. The pages in between are for the reader that has
/// waited longest, so that none waits for all that stand below it. They are no more than the others, so the log is read
/// twice at the most (`LogPagesTest`). Readers of different types take turns: a look at the index for a rare type goes
/// between two pages of a long replay.
///
/// What is held is bounded: the latest pages up to [#KEPT_BYTES], and at most [#MAX_LENT] pages that a reader
/// has been given and has not taken yet. Then nothing is read until one is taken.
public final class LogPages {

  private static final Logger LOG = LoggerFactory.getLogger(LogPages.class);

  /// The largest page: events.
  public static final int PAGE_EVENTS = 256;

  /// The largest page: their JSON in bytes; one event is a page, whatever its size.
  public static final int PAGE_BYTES = 256 * 1024;

  /// The pages that are kept for readers that come a little later, in bytes.
  public static final long KEPT_BYTES = 16L << 20;

  /// How many pages may be out with readers that have not taken them yet.
  public static final int MAX_LENT = 32;

  private final EventLog log;
  private final ReadFaults faults;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final Map<TypeFilter, Lane> lanes = new HashMap<>();
  private final Deque<Lane> turns = new ArrayDeque<>();
  private final Map<Kept, Lane> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long keptBytes;
  private int lent;
  private boolean reading;
  private long generation;

  /// Takes what it has asked for, on any thread; must not block.
  public interface Reader {

    /// Takes a page in which stands what follows the position that was asked for, or which says that
    /// nothing does. It may begin before that position.
    ///
    /// @param lease to be closed when the page has been taken: until then it counts
    void page(Lease lease);

    /// The log cannot be read at the moment, at the place that was asked for. The server's log has been told.
    ///
    /// @param retryMillis after which time to try again, if at all
    void failed(Throwable failure, long retryMillis);
  }

  /// A page that is out with a reader.
  public final class Lease implements AutoCloseable {

    private final Kept held;
    private boolean closed;

    private Lease(Kept held) {
      this.held = held;
    }

    public Page page() {
      return held.page;
    }

    /// What the page was asked for.
    public TypeFilter filter() {
      return held.filter;
    }

    /// The page has been taken, or is not wanted any more.
    @Override
    public void close() {
      giveBack(this);
    }
  }

  private static final class Kept {

    private final TypeFilter filter;
    private final long after;
    private final Page page;

    /// The oldest sequence of the log before the page was read.
    private final long oldest;

    private final long weight;
    private int leases;

    Kept(TypeFilter filter, long after, Page page, long oldest) {
      this.filter = filter;
      this.after = after;
      this.page = page;
      this.oldest = oldest;
      this.weight = page.weight();
    }

    /// Whether some of what it tells of may have been deleted since it was read.
    ///
    /// @param now the oldest sequence at present
    boolean isOutlived(long now) {
      return Math.max(after + 1, oldest) < Math.min(page.position() + 1, now);
    }
  }

  /// The readers that want the same types.
  private static final class Lane {

    private final TypeFilter filter;
    private final TreeMap<Long, Kept> pages = new TreeMap<>();
    private final TreeMap<Long, List<Reader>> waiting = new TreeMap<>();

    /// The positions of the readers that wait, in the order in which they came.
    private final Set<Long> arrivals = new LinkedHashSet<>();

    private boolean lowestIsNext = true;

    Lane(TypeFilter filter) {
      this.filter = filter;
    }

    /// The page that is kept of what follows a position.
    @Nullable Kept page(long after) {
      Map.Entry<Long, Kept> below = pages.floorEntry(after);
      return below != null && below.getValue().page.position() > after ? below.getValue() : null;
    }

    void await(long after, Reader reader) {
      waiting.computeIfAbsent(after, position -> new ArrayList<>(1)).add(reader);
      arrivals.add(after);
    }

    /// Whose turn it is.
    long next() {
      boolean lowest = lowestIsNext;
      lowestIsNext = !lowest;
      return lowest ? waiting.firstKey() : arrivals.iterator().next();
    }

    /// The readers that wait between two positions; they wait no longer.
    List<Reader> take(long from, long below) {
      List<Reader> readers = new ArrayList<>();
      Map<Long, List<Reader>> there = waiting.subMap(from, below);
      there.forEach((position, some) -> {
        readers.addAll(some);
        arrivals.remove(position);
      });
      there.clear();
      return readers;
    }
  }

  /// What is to be read next.
  ///
  /// @param oldest the oldest sequence of the log
  private record Request(Lane lane, long after, long oldest, long generation) {}

  LogPages(EventLog log) {
    this(log, System::nanoTime);
  }

  /// @param nanoTime see [System#nanoTime]
  LogPages(EventLog log, LongSupplier nanoTime) {
    this.log = log;
    this.faults = new ReadFaults(nanoTime);
  }

  /// Why a part of the log cannot be read at the moment although it is not damaged, a sentence; empty when
  /// all that was asked for could be.
  public Optional<String> fault() {
    return faults.fault();
  }

  /// Asks for a page of what follows a position.
  ///
  /// @param filter what is wanted of it
  /// @param reader is called at once when the page is there already
  public void read(long after, TypeFilter filter, Reader reader) {
    long oldest = log.state().oldest();
    Lease lease = null;
    lock.lock();
    try {
      Lane lane = lanes.computeIfAbsent(filter, Lane::new);
      Kept known = lane.page(after);
      if (known == null || known.isOutlived(oldest)) {
        if (lane.waiting.isEmpty()) {
          turns.add(lane);
        }
        lane.await(after, reader);
      } else {
        kept.get(known);
        lease = lease(known);
      }
    } finally {
      lock.unlock();
    }
    if (lease == null) {
      goOn();
    } else {
      hand(reader, lease);
    }
  }

  private Lease lease(Kept page) {
    if (page.leases++ == 0) {
      lent++;
    }
    return new Lease(page);
  }

  private void giveBack(Lease lease) {
    lock.lock();
    try {
      if (lease.closed) {
        return;
      }
      lease.closed = true;
      if (--lease.held.leases == 0) {
        lent--;
      }
    } finally {
      lock.unlock();
    }
    goOn();
  }

  /// Forgets what is kept: the log has become another.
  void forget() {
    lock.lock();
    try {
      generation++;
      kept.clear();
      keptBytes = 0;
      lanes.values().forEach(lane -> lane.pages.clear());
      lanes.values().removeIf(lane -> lane.waiting.isEmpty());
    } finally {
      lock.unlock();
    }
  }

  /// Reads as long as there is something to read. A log that answers at once is not called from within its
  /// own answer.
  private void goOn() {
    for (Request next = begin(); next != null; next = begin()) {
      Request request = next;
      boolean[] within = {true};
      boolean[] answered = {false};
      Thread caller = Thread.currentThread();
      look(request)
          .whenComplete((page, failure) -> {
            try {
              arrived(request, page, failure);
            } finally {
              if (Thread.currentThread() == caller && within[0]) {
                answered[0] = true;
              } else {
                goOn();
              }
            }
          });
      within[0] = false;
      if (!answered[0]) {
        return;
      }
    }
  }

  private CompletionStage<Page> look(Request request) {
    try {
      return log.read(request.after, request.lane.filter, PAGE_EVENTS, PAGE_BYTES);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private @Nullable Request begin() {
    long oldest = log.state().oldest();
    lock.lock();
    try {
      Lane lane = reading || lent >= MAX_LENT ? null : turns.peek();
      if (lane == null) {
        return null;
      }
      reading = true;
      return new Request(lane, lane.next(), oldest, generation);
    } finally {
      lock.unlock();
    }
  }

  private void arrived(Request request, @Nullable Page page, @Nullable Throwable failure) {
    List<Reader> readers;
    List<Lease> leases = new ArrayList<>();
    lock.lock();
    try {
      reading = false;
      Lane lane = request.lane;
      if (page == null) {
        readers = lane.take(request.after, request.after + 1);
      } else {
        Kept found = new Kept(lane.filter, request.after, page, request.oldest);
        readers = lane.take(request.after, Math.max(page.position(), request.after + 1));
        readers.forEach(reader -> leases.add(lease(found)));
        keep(request, lane, found);
      }
      turns.remove(lane);
      if (!lane.waiting.isEmpty()) {
        turns.add(lane);
      } else if (lane.pages.isEmpty()) {
        lanes.remove(lane.filter);
      }
    } finally {
      lock.unlock();
    }
    if (page == null) {
      Throwable reason = failure == null ? new IllegalStateException("no page") : failure;
      long retryMillis = faults.failed(request.after, reason);
      readers.forEach(reader -> tell(reader, reason, retryMillis));
    } else {
      faults.succeeded(request.after, page.position());
      for (int i = 0; i < readers.size(); i++) {
        hand(readers.get(i), leases.get(i));
      }
    }
  }

  private void keep(Request request, Lane lane, Kept found) {
    if (found.page.position() <= found.after || request.generation != generation) {
      return;
    }
    Kept before = lane.pages.put(found.after, found);
    if (before != null) {
      kept.remove(before);
      keptBytes -= before.weight;
    }
    kept.put(found, lane);
    keptBytes += found.weight;
    while (keptBytes > KEPT_BYTES && kept.size() > 1) {
      Map.Entry<Kept, Lane> eldest = kept.entrySet().iterator().next();
      drop(eldest.getKey(), eldest.getValue());
    }
  }

  private void drop(Kept page, Lane lane) {
    kept.remove(page);
    keptBytes -= page.weight;
    lane.pages.remove(page.after);
    if (lane.pages.isEmpty() && lane.waiting.isEmpty()) {
      lanes.remove(lane.filter);
    }
  }

  /// What the kept pages weigh together, in bytes. Any thread.
  public long keptBytes() {
    lock.lock();
    try {
      return keptBytes;
    } finally {
      lock.unlock();
    }
  }

  private static void hand(Reader reader, Lease lease) {
    try {
      reader.page(lease);
    } catch (RuntimeException | Error e) {
      lease.close();
      failed(e);
    }
  }

  private static void tell(Reader reader, Throwable reason, long retryMillis) {
    try {
      reader.failed(reason, retryMillis);
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /// A reader may be gone, for instance with its event loop. That must not keep the others waiting.
  private static void failed(Throwable e) {
    Level level = e instanceof Error ? Level.ERROR : Level.DEBUG;
    LOG.atLevel(level).setCause(e).log("a reader of the log took no answer");
  }
}
