package dev.tocsin.jetstream;

import dev.tocsin.hub.AppendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The events on their way into the stream: those in flight, [#SIZE] at most, and the requests that wait for a place, up to
/// [#MAX_WAITING_BYTES] and one request. Each leaves it settled, once.
///
/// Unsynchronised: guarded by the [Sender]'s lock, outside of which the requests are answered that it says are finished.
final class SendWindow {

  /// How many events may be in flight. A power of two: an event's number names its place.
  static final int SIZE = 1024;

  /// What may wait, in bytes. An eighth of the heap where that is less.
  static final long MAX_WAITING_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

  private final @Nullable Flight[] flights = new @Nullable Flight[SIZE];
  private final int[] free = new int[SIZE];
  private final Deque<AppendRequest> waiting = new ArrayDeque<>();
  private final long maxWaitingBytes;
  private List<AppendRequest> finished = new ArrayList<>();
  private int freeCount = SIZE;
  private long waitingBytes;
  private long count;

  SendWindow() {
    this(MAX_WAITING_BYTES);
  }

  SendWindow(long maxWaitingBytes) {
    this.maxWaitingBytes = maxWaitingBytes;
    for (int i = 0; i < SIZE; i++) {
      free[i] = SIZE - 1 - i;
    }
  }

  /// Lets a request wait, unless too much waits already.
  boolean admit(AppendRequest request) {
    if (waitingBytes > 0 && waitingBytes + request.bytes() > maxWaitingBytes) {
      return false;
    }
    waiting.add(request);
    waitingBytes += request.bytes();
    return true;
  }

  /// Brings the next event that waits into flight; `null` when none waits or there is no place.
  @Nullable Flight next() {
    AppendRequest request = waiting.peek();
    if (request == null || freeCount == 0) {
      return null;
    }
    int slot = free[--freeCount];
    Flight flight = new Flight(++count * SIZE + slot, request);
    flights[slot] = flight;
    if (request.isTaken()) {
      waiting.remove();
      waitingBytes -= request.bytes();
    }
    return flight;
  }

  /// The event of a number; `null` when it is not in flight.
  @Nullable Flight find(long number) {
    Flight flight = flights[slot(number)];
    return flight != null && flight.number() == number ? flight : null;
  }

  private static int slot(long number) {
    return (int) (number & (SIZE - 1));
  }

  /// All that is in flight, in the order in which it came.
  List<Flight> inOrder() {
    List<Flight> all = new ArrayList<>(inFlight());
    for (Flight flight : flights) {
      if (flight != null) {
        all.add(flight);
      }
    }
    all.sort(Comparator.comparingLong(Flight::number));
    return all;
  }

  /// Ends a flight.
  void settle(Flight flight, AppendResult result) {
    int slot = slot(flight.number());
    if (flights[slot] != flight) {
      return;
    }
    flights[slot] = null;
    free[freeCount++] = slot;
    if (flight.settle(result)) {
      finished.add(flight.request());
    }
  }

  /// Gives up what has waited for too long for a place.
  void expireWaiting(long nowNanos, Supplier<AppendResult> result) {
    for (AppendRequest request = waiting.peek();
        request != null && nowNanos - request.endNanos() >= 0;
        request = waiting.peek()) {
      waiting.remove();
      waitingBytes -= request.bytes();
      if (request.refuseRest(result.get())) {
        finished.add(request);
      }
    }
  }

  int inFlight() {
    return SIZE - freeCount;
  }

  /// Whether nothing is in flight and nothing waits.
  boolean isEmpty() {
    return freeCount == SIZE && waiting.isEmpty();
  }

  /// The requests of which nothing is open any more, each told once.
  List<AppendRequest> takeFinished() {
    if (finished.isEmpty()) {
      return List.of();
    }
    List<AppendRequest> done = finished;
    finished = new ArrayList<>();
    return done;
  }
}
