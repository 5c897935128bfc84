package dev.tocsin.app;

import dev.tocsin.app.EventLines.Line;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import dev.tocsin.events.ErrorCode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The lines that were sent and whose fate is not known yet, in their order. Answers come in any order; a line is
/// settled when its own answer has come and those of all before it.
///
/// One thread enters lines, and waits while there are too many; another waits for the end. Answers may come on any
/// thread.
final class UnsettledLines {

  // immutable
  private final PublishReport report;

  // guarded by lock
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition end = lock.newCondition();
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long bytes;
  private long settled;
  private boolean readToItsEnd;
  private boolean stopped;
  private @Nullable IOException readFailure;
  private @Nullable String broken;

  /// A line on its way.
  static final class Entry {

    private final Line line;
    private final int bytes;
    private @Nullable PublishOutcome outcome;

    private Entry(Line line) {
      this.line = line;
      this.bytes = line.text() == null ? 0 : line.text().length();
    }
  }

  /// @param settled the line before the first one
  /// @param report is told what became of each line, in their order
  UnsettledLines(long settled, PublishReport report) {
    this.settled = settled;
    this.report = report;
  }

  /// Whether a line goes alone: not before all ahead of it are settled, and none goes before it is.
  static boolean goesAlone(Line line) {
    return line.text() != null && line.text().length() >= PublishRun.POSTED_BYTES;
  }

  /// Enters a line as soon as there is room for it.
  ///
  /// @return its place, or `null` when the run is over
  @Nullable Entry enter(Line line) {
    Entry next = new Entry(line);
    boolean alone = goesAlone(line);
    lock.lock();
    try {
      if (!hasRoom(alone)) {
        while (!isOver() && !hasMuchRoom(alone)) {
          room.awaitUninterruptibly();
        }
      }
      if (isOver()) {
        return null;
      }
      entries.add(next);
      bytes += next.bytes;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    return stopped || broken != null;
  }

  private boolean hasRoom(boolean alone) {
    Entry last = entries.peekLast();
    return last == null
        || (!alone
            && !goesAlone(last.line)
            && entries.size() < PublishRun.MAX_LINES
            && bytes < PublishRun.MAX_BYTES);
  }

  /// Whoever had to wait is woken for more than one line.
  private boolean hasMuchRoom(boolean alone) {
    return hasRoom(alone)
        && entries.size() <= PublishRun.MAX_LINES / 2
        && bytes <= PublishRun.MAX_BYTES / 2;
  }

  /// The answer to a line has come.
  void answered(Entry entry, PublishOutcome outcome) {
    lock.lock();
    try {
      entry.outcome = outcome;
      settle();
      if (broken != null || hasMuchRoom(false)) {
        room.signal();
      }
      signalEnd();
    } finally {
      lock.unlock();
    }
  }

  private void settle() {
    for (Entry first = entries.peek();
        first != null && first.outcome != null && broken == null;
        first = entries.peek()) {
      if (report(first.line, first.outcome)) {
        entries.remove();
        bytes -= first.bytes;
        settled = first.line.number();
      }
    }
  }

  /// Notes what became of a line, unless that is unknown.
  private boolean report(Line line, PublishOutcome outcome) {
    switch (outcome) {
      case PublishOutcome.Published published -> report.accepted(published.sequence());
      case PublishOutcome.Refused refused -> {
        Refusal refusal = refused.refusal();
        if (isRetryable(refusal)) {
          broken = refusal.code() + ": " + refusal.message();
          return false;
        }
        report.refused(line.number(), refusal.code(), refusal.message(), refusal.errors());
      }
      case PublishOutcome.NotSent notSent -> broken = notSent.reason();
      case PublishOutcome.Unanswered unanswered -> broken = unanswered.reason();
      case PublishOutcome.OutboxFull full -> broken = "too many events are waiting";
    }
    return broken == null;
  }

  private static boolean isRetryable(Refusal refusal) {
    return ErrorCode.ofWireName(refusal.code()).map(ErrorCode::isRetryable).orElse(false);
  }

  /// No more lines come.
  ///
  /// @param failure why the input could not be read on; `null` at its end
  void noMore(@Nullable IOException failure) {
    locked(() -> {
      readToItsEnd = true;
      readFailure = failure;
    });
  }

  /// No more lines are entered; those on their way are still waited for.
  void stop() {
    locked(() -> stopped = true);
  }

  /// It is over, although not all is settled.
  void giveUp(String reason) {
    locked(() -> broken = broken == null ? reason : broken);
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      room.signal();
      signalEnd();
    } finally {
      lock.unlock();
    }
  }

  private void signalEnd() {
    if (hasEnded()) {
      end.signal();
    }
  }

  private boolean hasEnded() {
    return broken != null || ((stopped || readToItsEnd) && entries.isEmpty());
  }

  /// The last line that is settled, with all before it.
  long settled() {
    lock.lock();
    try {
      return settled;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for the end.
  PublishRun.Ending await() {
    lock.lock();
    try {
      while (!hasEnded()) {
        end.awaitUninterruptibly();
      }
      if (stopped) {
        return new PublishRun.Ending.Stopped(entries.isEmpty());
      }
      if (broken != null) {
        return new PublishRun.Ending.Broken(broken);
      }
      return readFailure == null
          ? new PublishRun.Ending.Complete()
          : new PublishRun.Ending.Unreadable(readFailure);
    } finally {
      lock.unlock();
    }
  }
}
