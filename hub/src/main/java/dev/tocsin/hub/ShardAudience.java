package dev.tocsin.hub;

/// An audience of a shard: it knows what it wanted last, and where its events go.
final class ShardAudience<C> extends Audience<C> {

  private final AudienceOutput<C> output;
  private long previous;
  private int pending;

  ShardAudience(TypeSet types, int tableSize, AudienceOutput<C> output, long previous) {
    super(types, tableSize);
    this.output = output;
    this.previous = previous;
  }

  /// Tells of events that are gone. Some of them may have been wanted, so the next event's
  /// `previous` is not before the last of them.
  void lose(long from, long to) {
    previous = to;
    output.gap(members(), from, to);
  }

  /// Adds an event to the turn's batch; whether it is the first.
  boolean add(LoggedEvent event) {
    output.add(event, previous);
    previous = event.sequence();
    return pending++ == 0;
  }

  /// Sends the batch of a turn that began at the position `before`; how many events went out, each connection counted.
  long flush(long before) {
    long count = (long) pending * members().size();
    pending = 0;
    output.flush(members(), before);
    return count;
  }
}
