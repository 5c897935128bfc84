package dev.tocsin.bridges.out;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;

/// A receiver that keeps what it gets, and answers what a test wants.
public final class TestReceiver implements Receiver {

  /// What it answers; it takes everything when nothing else is said.
  public volatile Function<Shipment, Answer> rule = shipment -> new Answer.Taken(shipment.size());

  /// Why it does not open; empty when it does.
  public volatile String closed = "";

  private final List<Shipment> tries = new ArrayList<>();
  private final List<String> taken = new ArrayList<>();

  public static Answer.Later later() {
    return new Answer.Later(0, "not now", Duration.ZERO);
  }

  @Override
  public String open(OutState state) {
    return closed;
  }

  @Override
  public Answer send(Shipment shipment) {
    Answer answer = rule.apply(shipment);
    synchronized (this) {
      tries.add(shipment);
      shipment.events().stream().limit(answer.taken()).map(shipment::id).forEach(taken::add);
      notifyAll();
    }
    return answer;
  }

  /// The ids of what it has taken, in that order.
  public synchronized List<String> taken() {
    return List.copyOf(taken);
  }

  /// How many events each try had.
  public synchronized List<Integer> sizes() {
    return tries.stream().map(Shipment::size).toList();
  }

  public synchronized int tries() {
    return tries.size();
  }

  /// Ids of events that follow each other.
  public static List<String> ids(String epoch, long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(sequence -> epoch + ':' + sequence).toList();
  }

  @Override
  public void close() {}
}
