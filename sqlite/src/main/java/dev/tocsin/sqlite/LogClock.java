package dev.tocsin.sqlite;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log's time: what it has lived through. Belongs to the log's thread.
///
/// A wall clock can be set to anything at any moment, and what is thrown away because of it is gone. So
/// ages and windows go by the time that passes while the log is open, which only monotonic time tells;
/// it goes on from run to run. What the wall clock says is stored for people, and warned of when it
/// contradicts.
///
/// Only the wall clock tells how long a log was closed, and a real absence cannot be told from a wrong
/// clock. So an absence is believed when the log has been open for [#BELIEVED_AFTER] and the clock
/// was not set back meanwhile; a step forward while the log is open is never believed.
final class LogClock {

  private static final Logger LOG = LoggerFactory.getLogger(LogClock.class);

  /// How long a log is open before the time for which it was closed counts.
  static final Duration BELIEVED_AFTER = Duration.ofHours(6);

  /// A step that is told.
  private static final long STEP_MILLIS = 60_000;

  private final InstantSource wall;
  private final LongSupplier nanoTime;
  private final long startNanos;
  private final long startLived;

  /// What the wall clock was ahead of the lived time at the last look.
  private long ahead;

  /// For how long the log was closed, as far as it can be believed; 0 once it has been counted.
  private long absence;

  /// What was stored at the last moment at which a log was open.
  ///
  /// @param lived what it had lived through, in milliseconds; counts from 1970
  /// @param wall what the wall clock said
  record Moment(long lived, long wall) {

    @Override
    public String toString() {
      return lived + " " + wall;
    }

    /// @throws LogOpenException when the text is none
    static Moment parse(String text) throws LogOpenException {
      String[] numbers = text.split(" ", -1);
      try {
        return new Moment(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw LogFault.corrupt("clock", text, e);
      }
    }
  }

  /// The clock of a new log, whose lived time begins with what the wall clock says.
  LogClock(InstantSource wall, LongSupplier nanoTime) {
    this(wall, nanoTime, new Moment(wall.millis(), wall.millis()));
  }

  /// The clock of a log that is opened again.
  ///
  /// @param nanoTime monotonic, see [System#nanoTime]
  LogClock(InstantSource wall, LongSupplier nanoTime, Moment last) {
    this.wall = wall;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
    this.startLived = last.lived;
    this.absence = Math.max(0, wall.millis() - last.wall);
    this.ahead = wall.millis() - startLived;
    if (wall.millis() < last.wall - STEP_MILLIS) {
      LOG.atWarn()
          .addKeyValue("clock", wall.instant())
          .addKeyValue("log_was_open_at", Instant.ofEpochMilli(last.wall))
          .log("the clock is earlier than when the log was last open");
    }
  }

  /// What the log has lived through, in milliseconds. Never goes back.
  long lived() {
    return startLived + open();
  }

  private long open() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startNanos);
  }

  /// What the wall clock says, in milliseconds since 1970: to be shown, never to be reckoned with.
  long wall() {
    return wall.millis();
  }

  /// What is to be stored.
  Moment moment() {
    return new Moment(lived(), wall());
  }

  /// For how long the log was closed, if the wall clock is right, in milliseconds.
  long absence() {
    return absence;
  }

  /// Compares the clocks, and tells when the wall clock was set. Now and then.
  void look() {
    long now = wall.millis() - lived();
    long step = now - ahead;
    ahead = now;
    if (Math.abs(step) >= STEP_MILLIS) {
      LOG.atWarn()
          .addKeyValue("by", Duration.ofMillis(step))
          .addKeyValue("clock", wall.instant())
          .log("the clock was set, or the machine slept: events and keys grow no older by it");
    }
    if (step < 0) {
      absence = Math.max(0, absence + step);
    }
  }

  /// The time for which the log was closed, in milliseconds, once it can be believed; 0 before, and
  /// when it was told already.
  long takeAbsence() {
    if (open() < BELIEVED_AFTER.toMillis()) {
      return 0;
    }
    long taken = absence;
    absence = 0;
    return taken;
  }
}
