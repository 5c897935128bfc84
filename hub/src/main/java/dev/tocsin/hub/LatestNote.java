package dev.tocsin.hub;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes [LatestEvents] down beside the log now and then, so that a restart has to read only what came after that: a minute
/// after the first change, or sooner when there are many.
///
/// It is told of changes by the log's follower; it writes on the index's own thread.
final class LatestNote {

  private static final Logger LOG = LoggerFactory.getLogger(LatestNote.class);

  /// How long a change may wait.
  private static final long PERIOD_MILLIS = 60_000;

  /// After so many events it is written sooner.
  static final int MANY_EVENTS = 50_000;

  /// The shortest time between two.
  private static final long MIN_PAUSE_MILLIS = 2_000;

  /// The pause is at least this many times as long as the writing took: a hundredth of one processor is all it takes.
  private static final long PAUSE_PARTS = 100;

  private final @Nullable LogNote place;
  private final ScheduledExecutorService executor;
  private final LatestEvents latest;
  private final EventLog log;
  private final ReentrantLock writing = new ReentrantLock();

  // any thread
  private final AtomicLong changes = new AtomicLong();
  private volatile long written;
  private volatile boolean planned;
  private volatile boolean soon;
  private volatile long notBeforeNanos = System.nanoTime();

  // guarded by writing
  private long writtenPosition = -1;
  private String writtenEpoch = "";
  private boolean fails;

  /// @param place `null` when the log keeps no note
  LatestNote(
      @Nullable LogNote place,
      ScheduledExecutorService executor,
      LatestEvents latest,
      EventLog log) {
    this.place = place;
    this.executor = executor;
    this.latest = latest;
    this.log = log;
  }

  /// Events were noted.
  void changed(int events) {
    if (place == null) {
      return;
    }
    long unwritten = changes.addAndGet(events) - written;
    if (!planned) {
      planned = true;
      plan(PERIOD_MILLIS);
    } else if (!soon && unwritten >= MANY_EVENTS) {
      writeSoon();
    }
  }

  /// There is much that a restart would have to read again.
  void writeSoon() {
    if (place != null) {
      soon = true;
      planned = true;
      plan(TimeUnit.NANOSECONDS.toMillis(Math.max(0, notBeforeNanos - System.nanoTime())));
    }
  }

  private void plan(long delayMillis) {
    try {
      executor.schedule(this::write, delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The end: the last note is written by whoever ends it.
      LOG.atDebug().log("no further note of what is latest");
    }
  }

  /// Writes what there is now, if anything has changed.
  void write() {
    LogNote here = place;
    if (here == null) {
      return;
    }
    writing.lock();
    try {
      planned = false;
      soon = false;
      long upTo = changes.get();
      long began = System.nanoTime();
      long gone = log.state().oldest() - 1;
      LatestEvents.View view = latest.view();
      if (view == null
          || (view.position() == writtenPosition && view.epoch().equals(writtenEpoch))) {
        return;
      }
      here.write(out -> NoteFormat.write(head(view), view.types(), gone, out));
      written = upTo;
      writtenPosition = view.position();
      writtenEpoch = view.epoch();
      fails = false;
      long now = System.nanoTime();
      notBeforeNanos =
          now
              + Math.max(
                  TimeUnit.MILLISECONDS.toNanos(MIN_PAUSE_MILLIS), PAUSE_PARTS * (now - began));
    } catch (IOException | RuntimeException | Error e) {
      notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);
      if (!fails) {
        LOG.atWarn()
            .setCause(e)
            .log(
                "what is latest cannot be noted beside the log: a restart will take longer to"
                    + " know it");
      }
      fails = true;
    } finally {
      writing.unlock();
    }
  }

  private static NoteFormat.Head head(LatestEvents.View view) {
    LoggedEvent witness = view.newest();
    return new NoteFormat.Head(
        view.epoch(),
        view.position(),
        witness == null ? 0 : witness.sequence(),
        witness == null ? 0 : NoteFormat.sum(witness),
        view.secret0(),
        view.secret1());
  }
}
