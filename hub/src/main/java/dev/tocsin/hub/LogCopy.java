package dev.tocsin.hub;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Moves a log: copies it sequence by sequence, compares the copy with it, and lets servers use the copy only then. Whatever
/// ends it before, another run goes on. Used once, by one thread, which it blocks.
public final class LogCopy {

  private final LogSource source;
  private final LogTarget target;
  private final Watcher watcher;

  private LogExtent extent = new LogExtent("", 1, 0);
  private long events;
  private long bytes;
  private long keys;

  /// What it is at.
  public enum Phase {
    /// It writes what is not there yet.
    COPYING,

    /// It compares.
    CHECKING
  }

  /// Is told how far it has come. On the thread that copies.
  public interface Watcher {

    /// A part was done.
    ///
    /// @param first the first sequence that there is to do in this phase
    /// @param position the last one that is done
    /// @param newest the last one that there is to do
    void at(Phase phase, long first, long position, long newest);
  }

  /// What was moved.
  ///
  /// @param epoch the new epoch
  /// @param first the first sequence of the copy; one more than `newest` when there is none
  /// @param newest the newest sequence
  /// @param events how many events there are
  /// @param bytes how much JSON that is
  /// @param keys how many idempotency keys this run has taken along
  public record Result(String epoch, long first, long newest, long events, long bytes, long keys) {

    /// How many sequences have no event.
    public long holes() {
      return newest - first + 1 - events;
    }
  }

  public LogCopy(LogSource source, LogTarget target, Watcher watcher) {
    this.source = source;
    this.target = target;
    this.watcher = watcher;
  }

  /// Does all of it.
  public Result run() throws LogCopyException, InterruptedException {
    extent = source.extent();
    long first = firstEvent();
    copy(target.begin(extent.from(first)));
    target.settle();
    check(first);
    LogExtent now = source.extent();
    if (!now.hasSameHead(extent)) {
      throw new LogCopyException(
          "The log that is copied is in use: its newest sequence was "
              + extent.newest()
              + " and is "
              + now.newest()
              + ". Stop what writes to it, delete the unfinished copy and begin again");
    }
    return new Result(target.finish(), first, extent.newest(), events, bytes, keys);
  }

  /// The first sequence that has an event; one more than the newest when none has.
  private long firstEvent() throws LogCopyException, InterruptedException {
    long position = extent.oldest() - 1;
    while (position < extent.newest()) {
      CopiedPage page = source.read(position, extent.newest());
      if (!page.events().isEmpty()) {
        return page.events().getFirst().sequence();
      }
      position = page.position();
    }
    return extent.newest() + 1;
  }

  private void copy(long begin) throws LogCopyException, InterruptedException {
    long position = begin;
    while (position < extent.newest()) {
      CopiedPage page = source.read(position, extent.newest());
      target.write(page);
      keys += page.events().stream().filter(event -> event.key() != null).count();
      position = page.position();
      watcher.at(Phase.COPYING, begin + 1, position, extent.newest());
    }
  }

  /// Events of one log, one by one.
  private final class Events {
    private final LogReading log;
    private long position;
    private List<CopiedEvent> page = List.of();
    private int next;

    Events(LogReading log, long position) {
      this.log = log;
      this.position = position;
    }

    /// The next one; `null` after the last.
    @Nullable CopiedEvent next() throws LogCopyException, InterruptedException {
      while (next == page.size()) {
        if (position >= extent.newest()) {
          return null;
        }
        CopiedPage read = log.read(position, extent.newest());
        page = read.events();
        position = read.position();
        next = 0;
      }
      return page.get(next++);
    }
  }

  private void check(long first) throws LogCopyException, InterruptedException {
    Events copies = new Events(target, first - 1);
    Events originals = new Events(source, first - 1);
    CopiedEvent original = originals.next();
    for (CopiedEvent copy = copies.next(); copy != null; copy = copies.next()) {
      if (original != null && original.sequence() == copy.sequence()) {
        compare(original, copy);
        original = originals.next();
      } else if (original != null && original.sequence() < copy.sequence()) {
        throw missing(original.sequence());
      } else if (copy.sequence() >= source.extent().oldest()) {
        throw new LogCopyException(
            "The copy has an event of sequence "
                + copy.sequence()
                + ", which the log does not have: somebody else has written to it. Delete it and"
                + " begin again");
      }
      // Else retention has taken the original meanwhile.
      events++;
      bytes += copy.event().json().length;
      if (events % LogReading.MAX_EVENTS == 0) {
        watcher.at(Phase.CHECKING, first, copy.sequence(), extent.newest());
      }
    }
    if (original != null) {
      throw missing(original.sequence());
    }
  }

  private static LogCopyException missing(long sequence) {
    return new LogCopyException(
        "The copy lacks the event of sequence "
            + sequence
            + ": something has deleted it. Delete the copy and begin again");
  }

  private static void compare(CopiedEvent original, CopiedEvent copy) throws LogCopyException {
    if (!Arrays.equals(original.event().json(), copy.event().json())
        || original.acceptedMillis() != copy.acceptedMillis()) {
      throw new LogCopyException(
          "The copy says something else in sequence "
              + original.sequence()
              + " than the log: something has changed one of them. Delete the copy and begin"
              + " again");
    }
  }
}
