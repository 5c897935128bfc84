package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What connections got, written down.
final class RecordedOutput implements AudienceOutput<String> {

  /// One thing that a connection was sent.
  sealed interface Received {}

  /// An event; `batch` counts the batches of all connections.
  record Event(long sequence, long previous, String type, int batch) implements Received {

    Event inBatch(int other) {
      return new Event(sequence, previous, type, other);
    }
  }

  /// The news that it has to read the log for itself.
  record FallenBehind(long after, long previous) implements Received {}

  /// The outputs of one shard.
  static final class Recorder implements AudienceOutput.Factory<String> {

    private final Map<String, List<Received>> received = new HashMap<>();
    private int batches;

    @Override
    public RecordedOutput create() {
      return new RecordedOutput(this);
    }

    /// What a connection got, in order.
    List<Received> of(String connection) {
      return received.getOrDefault(connection, List.of());
    }

    List<Event> eventsOf(String connection) {
      return of(connection).stream()
          .filter(Event.class::isInstance)
          .map(Event.class::cast)
          .toList();
    }

    List<Long> sequencesOf(String connection) {
      return eventsOf(connection).stream().map(Event::sequence).toList();
    }

    List<Long> previousOf(String connection) {
      return eventsOf(connection).stream().map(Event::previous).toList();
    }

    private void send(String connection, Received sent) {
      received.computeIfAbsent(connection, c -> new ArrayList<>()).add(sent);
    }
  }

  private final Recorder recorder;
  private final List<Event> batch = new ArrayList<>();

  private RecordedOutput(Recorder recorder) {
    this.recorder = recorder;
  }

  @Override
  public void add(LoggedEvent event, long previous) {
    batch.add(new Event(event.sequence(), previous, event.event().type(), 0));
  }

  @Override
  public int flush(List<String> members, long before) {
    recorder.batches++;
    for (String member : members) {
      for (Event event : batch) {
        recorder.send(member, event.inBatch(recorder.batches));
      }
    }
    batch.clear();
    return members.size();
  }

  @Override
  public void discard() {
    batch.clear();
  }

  @Override
  public void fallBehind(List<String> members, long after, long previous) {
    members.forEach(member -> recorder.send(member, new FallenBehind(after, previous)));
  }
}
