package dev.tocsin.hub;

/// Decides whether a turn of a shard begins at once or waits a little for more events.
///
/// What a turn costs depends on how many connections it writes to, hardly on how many events it writes:
/// one turn with two events costs little more than half of two turns. So a shard that is behind anyway,
/// which shows in turns that find several events, waits before each turn for a part of what a turn
/// takes: events that would have waited for the turn to end wait for it to begin, and one turn serves
/// more of them (`docs/benchmarks.md` has the gain). A shard whose turns find single events never waits.
/// Belongs to the shard's thread.
final class Pace {

  /// The longest pause.
  static final long MAX_PAUSE_NANOS = 1_000_000;

  /// A shorter pause costs more than it saves.
  static final long MIN_PAUSE_NANOS = 40_000;

  /// So many events share the cost of a turn well enough.
  static final int ENOUGH_EVENTS = 64;

  /// The part of a turn's time that a pause takes, as a divisor.
  private static final int PARTS_OF_A_TURN = 2;

  /// So many events a turn, and the shard is behind.
  private static final double BUSY_EVENTS = 2;

  /// How much the last turn counts in the averages.
  private static final double WEIGHT = 1.0 / 8;

  private double events = 1;
  private double nanos;
  private boolean hasPaused;

  /// What the turn that is due does first: asked again after the pause, it says 0.
  ///
  /// @param waiting how many events there are to deliver
  /// @return the nanoseconds to wait before asking again; 0 to begin
  long pause(int waiting) {
    boolean begins = hasPaused || waiting == 0 || waiting >= ENOUGH_EVENTS || events < BUSY_EVENTS;
    long pause = begins ? 0 : partOfATurn();
    hasPaused = pause > 0;
    return pause;
  }

  private long partOfATurn() {
    long pause = Math.min((long) nanos / PARTS_OF_A_TURN, MAX_PAUSE_NANOS);
    return pause < MIN_PAUSE_NANOS ? 0 : pause;
  }

  /// A turn is over.
  ///
  /// @param found how many events it had to deliver
  /// @param took its time in nanoseconds, without the pause
  void turnEnded(int found, long took) {
    events += WEIGHT * (found - events);
    nanos += WEIGHT * (took - nanos);
  }
}
