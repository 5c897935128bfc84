package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What connections got, written down.
final class RecordedOutput implements ShardOutput<String> {

  /// One thing that a connection was sent.
  sealed interface Received {}

  /// An event; `batch` counts the batches of all connections.
  record Event(long sequence, long previous, String type, int batch) implements Received {

    Event inBatch(int other) {
      return new Event(sequence, previous, type, other);
    }
  }

  /// The news that it has to read the log for itself.
  record Lagging(long after, long previous) implements Received {}

  private final Map<String, List<Received>> received = new HashMap<>();
  private int batches;

  /// What a turn's batches may cost.
  static final long MAX_TURN_BYTES = 4_000_000;

  @Override
  public long maxTurnBytes() {
    return MAX_TURN_BYTES;
  }

  @Override
  public int send(Batch batch, List<String> members) {
    batches++;
    for (String member : members) {
      batch.forEach((event, previous) ->
          record(member, new Event(event.sequence(), previous, event.event().type(), batches)));
    }
    return members.size();
  }

  @Override
  public void lag(List<String> members, long after, long previous) {
    members.forEach(member -> record(member, new Lagging(after, previous)));
  }

  private void record(String connection, Received what) {
    received.computeIfAbsent(connection, c -> new ArrayList<>()).add(what);
  }

  /// Writes on as if the connection had never been.
  void forget(String connection) {
    received.remove(connection);
  }

  /// How many batches there were.
  int batches() {
    return batches;
  }

  /// What a connection got, in order.
  List<Received> of(String connection) {
    return received.getOrDefault(connection, List.of());
  }

  List<Event> eventsOf(String connection) {
    return of(connection).stream().filter(Event.class::isInstance).map(Event.class::cast).toList();
  }

  List<Long> sequencesOf(String connection) {
    return eventsOf(connection).stream().map(Event::sequence).toList();
  }

  List<Long> previousOf(String connection) {
    return eventsOf(connection).stream().map(Event::previous).toList();
  }
}
