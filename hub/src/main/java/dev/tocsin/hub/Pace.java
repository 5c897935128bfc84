package dev.tocsin.hub;

/// Decides whether a turn of a shard begins at once or waits a little for more events.
///
/// What a turn costs depends on how many connections it writes to, hardly on how many events it writes:
/// one turn with two events costs little more than half of two turns. So a busy shard,
/// to which several events come while it works on a turn, waits before the next for as long as a turn
/// takes: one turn serves the events of two then (`docs/benchmarks.md` has the gain). A shard to which
/// single events come meanwhile never waits. Belongs to the shard's thread.
final class Pace {

  /// The longest pause.
  static final long MAX_PAUSE_NANOS = 20_000_000;

  /// The longest pause for each event that comes while a turn lasts: who gains little does not wait long.
  static final long MAX_PAUSE_NANOS_PER_EVENT = 2_500_000;

  /// A shorter pause costs more than it saves.
  static final long MIN_PAUSE_NANOS = 40_000;

  /// So many events share the cost of a turn well enough.
  static final int ENOUGH_EVENTS = 64;

  /// So many events while a turn lasts, and the shard is busy.
  private static final double BUSY_EVENTS = 2;

  /// How much the last turn counts in the averages.
  private static final double WEIGHT = 1.0 / 8;

  /// How many are there when a turn is due, before the pause: what comes in the pause does not make
  /// the shard busy, or it would never find out that it could do without.
  private double events = 1;

  private double nanos;
  private boolean hasPaused;

  /// When the turn began whose time is not known yet.
  private long began;

  private boolean isTiming;

  /// What the turn that is due does first: asked again after the pause, it says 0.
  ///
  /// @param waiting how many events there are to deliver
  /// @return the nanoseconds to wait before asking again; 0 to begin
  long pause(int waiting) {
    if (waiting > 0 && !hasPaused) {
      events += WEIGHT * (waiting - events);
    }
    boolean begins = hasPaused || waiting == 0 || waiting >= ENOUGH_EVENTS || events < BUSY_EVENTS;
    long pause = begins ? 0 : pauseOfATurn();
    hasPaused = pause > 0;
    return pause;
  }

  private long pauseOfATurn() {
    double longest = Math.min(events * MAX_PAUSE_NANOS_PER_EVENT, MAX_PAUSE_NANOS);
    long pause = (long) Math.min(nanos, longest);
    return pause < MIN_PAUSE_NANOS ? 0 : pause;
  }

  /// A turn has handed out its events.
  ///
  /// @param found how many there were
  /// @param beganAt when it began, in nanoseconds, without the pause
  /// @return whether [#timeTurn] should be called when they have left
  boolean turnDone(int found, long beganAt) {
    began = beganAt;
    // How long a single event takes never matters.
    isTiming = found > 1;
    return isTiming;
  }

  /// The last turn is over, and all that it wrote is with the kernel; does nothing when that has been said.
  void timeTurn(long now) {
    if (isTiming) {
      isTiming = false;
      nanos += WEIGHT * (now - began - nanos);
    }
  }
}
