package dev.tocsin.app.demo;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Timestamp;
import dev.tocsin.events.WebSocketEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What everything in the house acts on: the time, the dice, the list of what is still to come, and
/// the place where events are said.
final class Stage {

  /// When so many events have been said in a tick, what is due waits for the next one: a person is
  /// watching.
  private static final int CROWD = 2;

  private final RandomGenerator random;
  private final EventCatalog catalog;
  private final PriorityQueue<Coming> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Coming::tick).thenComparingLong(Coming::order));
  private final List<WebSocketEvent> said = new ArrayList<>();
  private long tick;
  private long planned;
  private Timestamp now = Timestamp.of(Instant.EPOCH);

  /// Something that will happen.
  private record Coming(long tick, long order, Runnable action) {}

  Stage(RandomGenerator random, EventCatalog catalog) {
    this.random = random;
    this.catalog = catalog;
  }

  List<WebSocketEvent> tick(Instant instant) {
    now = Timestamp.of(instant);
    tick++;
    said.clear();
    for (Coming next = agenda.peek();
        next != null && next.tick() <= tick && said.size() < CROWD;
        next = agenda.peek()) {
      agenda.remove();
      next.action().run();
    }
    return List.copyOf(said);
  }

  /// Plans something for after a while of the house's time.
  void in(double minSeconds, double maxSeconds, Runnable action) {
    double seconds = minSeconds + random.nextDouble() * (maxSeconds - minSeconds);
    long ticks = Math.max(1, Math.round(seconds * 1000 / House.TICK.toMillis()));
    agenda.add(new Coming(tick + ticks, planned++, action));
  }

  void say(Record payload) {
    say(payload, null);
  }

  void say(Record payload, @Nullable String correlationId) {
    WebSocketEvent event = catalog.createEvent(payload, correlationId, null);
    said.add(
        new WebSocketEvent(
            event.type(),
            event.payload(),
            now.text(),
            event.correlationId(),
            null,
            event.channel(),
            null));
  }

  /// The present moment.
  Timestamp now() {
    return now;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /// A whole number, both ends included.
  int number(int min, int max) {
    return random.nextInt(min, max + 1);
  }

  /// A number with one digit after the point.
  double between(double min, double max) {
    return tenths(min + random.nextDouble() * (max - min));
  }

  /// A step up or down.
  double drift(double value, double step, double min, double max) {
    return Math.clamp(value + (random.nextDouble() * 2 - 1) * step, min, max);
  }

  <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
