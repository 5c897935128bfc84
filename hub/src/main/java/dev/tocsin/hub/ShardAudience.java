package dev.tocsin.hub;

/// An audience of a shard: it knows what it wanted last, and where its events go.
final class ShardAudience<C> extends Audience<C> {

  private final AudienceOutput<C> output;
  private long previous;
  private long turnPrevious;
  private int pending;

  ShardAudience(TypeSet types, int tableSize, AudienceOutput<C> output, long previous) {
    super(types, tableSize);
    this.output = output;
    this.previous = previous;
  }

  /// Sends everyone to the log for what follows the position `after`, and goes on itself behind the
  /// event `last`.
  void fallBehind(long after, long last) {
    output.discard();
    output.fallBehind(members(), after, pending > 0 ? turnPrevious : previous);
    pending = 0;
    previous = last;
  }

  /// Adds an event to the turn's batch; whether it is the first.
  boolean add(LoggedEvent event) {
    if (pending == 0) {
      turnPrevious = previous;
    }
    output.add(event, previous);
    previous = event.sequence();
    return pending++ == 0;
  }

  /// Sends the batch of a turn that began at the position `before`; how many events went out, each connection counted.
  /// When that fails, who has got it and who has not is unknown: everyone reads it in the log.
  long flush(long before) {
    int events = pending;
    pending = 0;
    try {
      return (long) events * output.flush(members(), before);
    } catch (RuntimeException | Error e) {
      output.discard();
      output.fallBehind(members(), before, turnPrevious);
      throw e;
    }
  }
}
