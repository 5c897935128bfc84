package dev.tocsin.mqtt;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Messages on their way to a broker over one connection: sent in their order, no more than the broker takes at a time, until
/// each is answered or the connection is at its end. What the broker cannot take is not sent to it: a message that is larger
/// than it says counts as refused, and nothing is retained where it retains nothing.
///
/// One thread at a time publishes and waits. Another one, which reads the connection, hands acknowledgements to [#take], and
/// says by [#end] when nothing comes any more. Nothing is sent again here: a connection whose session is clean has nothing to
/// send again, and what was not answered is the owner's to publish anew.
public final class MqttWindow {

  /// How many messages are on their way at the most, whatever the broker would take.
  public static final int MAX_IN_FLIGHT = 32;

  // immutable
  private final MqttConnection connection;
  private final int most;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // guarded by lock
  private final Map<Integer, Flight> inFlight = new HashMap<>();
  private @Nullable IOException end;
  private boolean isRung;

  /// A message that is on its way, guarded by the lock.
  private static final class Flight {
    private MqttIncoming.@Nullable Acknowledged answer;
  }

  /// What became of messages.
  ///
  /// @param answers of the broker, in the order of the messages; `null` where there is none
  /// @param sent how many of them, from the first, may have come to the broker
  /// @param end why some are missing; `null` when none is
  public record Outcome(
      List<MqttIncoming.@Nullable Acknowledged> answers, int sent, @Nullable IOException end) {

    // List.copyOf takes no null.
    public Outcome {
      answers = Collections.unmodifiableList(new ArrayList<>(answers));
    }
  }

  /// @param patience how long the broker may take to acknowledge anything of what is on its way
  public MqttWindow(MqttConnection connection, Duration patience) {
    this.connection = connection;
    this.most = Math.clamp(connection.answer().receiveMaximum(), 1, MAX_IN_FLIGHT);
    this.patience = patience;
  }

  /// Publishes messages, and waits for the answer to each of them. A broker that answers nothing for too long is left.
  public Outcome publish(List<MqttMessage> messages) throws InterruptedException {
    List<Flight> flights = new ArrayList<>();
    for (MqttMessage message : messages) {
      if (!awaitAtMost(most - 1)) {
        break;
      }
      flights.add(send(message));
    }
    awaitAtMost(0);
    return outcome(flights, messages.size());
  }

  private Flight send(MqttMessage message) {
    Flight flight = new Flight();
    ConnectAnswer broker = connection.answer();
    boolean isBounded = broker.maximumPacketBytes() < Integer.MAX_VALUE;
    if (isBounded && connection.packetBytes(message) > broker.maximumPacketBytes()) {
      flight.answer = new MqttIncoming.Acknowledged(0, MqttReason.PACKET_TOO_LARGE, "");
      return flight;
    }
    MqttMessage fit =
        broker.isRetaining()
            ? message
            : new MqttMessage(message.topic(), message.payload(), false, message.properties());
    try {
      connection.publish(fit, id -> noteSent(id, flight));
    } catch (IOException e) {
      end(e);
    }
    return flight;
  }

  private void noteSent(int id, Flight flight) {
    lock.lock();
    try {
      inFlight.put(id, flight);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until no more than so many messages are on their way.
  ///
  /// @return whether that is so; otherwise the connection is at its end
  private boolean awaitAtMost(int number) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      int before = inFlight.size();
      while (end == null && inFlight.size() > number) {
        left = changed.awaitNanos(left);
        if (inFlight.size() < before) {
          left = patience.toNanos();
          before = inFlight.size();
        } else if (left <= 0) {
          end =
              new SocketTimeoutException(
                  "the broker has acknowledged nothing for " + patience.toSeconds() + " s");
          changed.signalAll();
        }
      }
      return end == null;
    } finally {
      lock.unlock();
    }
  }

  private Outcome outcome(List<Flight> flights, int size) {
    lock.lock();
    try {
      List<MqttIncoming.@Nullable Acknowledged> answers = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        answers.add(i < flights.size() ? flights.get(i).answer : null);
      }
      return new Outcome(answers, flights.size(), end);
    } finally {
      lock.unlock();
    }
  }

  /// Takes an acknowledgement. One of what was never sent, or was acknowledged before, means nothing.
  public void take(MqttIncoming.Acknowledged answer) {
    lock.lock();
    try {
      Flight flight = inFlight.remove(answer.packetId());
      if (flight != null) {
        flight.answer = answer;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Nothing comes any more: whoever waits is told.
  public void end(IOException reason) {
    lock.lock();
    try {
      if (end == null) {
        end = reason;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Wakes whoever waits for the end.
  public void ring() {
    lock.lock();
    try {
      isRung = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the connection is at its end, or somebody rings.
  ///
  /// @return why it has ended; `null` when it has not
  public @Nullable IOException awaitEnd() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (end == null && !isRung) {
        changed.await();
      }
      isRung = false;
      return end;
    } finally {
      lock.unlock();
    }
  }
}
