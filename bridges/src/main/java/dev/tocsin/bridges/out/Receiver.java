package dev.tocsin.bridges.out;

import dev.tocsin.bridges.bridge.Reason;
import java.time.Duration;

/// The other side of a bridge that sends out. For one thread at a time, but [#close].
public interface Receiver extends AutoCloseable {

  /// Sends events and waits for what becomes of them. When it throws, they are sent again later.
  Answer send(Shipment shipment) throws InterruptedException;

  /// Is told whose events it is going to get, before it is opened.
  ///
  /// @param hub what tells the hub from others
  default void comesFrom(String hub) {}

  /// Is called once, before anything is sent: a receiver that knows better than the state how far it has come says so there.
  ///
  /// @return why it is to be tried again later; empty when it is open
  default String open(OutState state) throws InterruptedException {
    return "";
  }

  /// Takes a bell, before anything else: whoever rings it has the next try begin at once, sooner than the pause that is due.
  default void whenReady(Runnable bell) {}

  /// Ends whatever [#send] waits for. May be called at any time, also more than once.
  @Override
  void close();

  /// What became of a shipment. In each case the first `taken` of its events are done with.
  sealed interface Answer {

    /// How many of the events, from the first, the other side has taken for good.
    int taken();

    /// Nothing is wrong; what was not taken is sent next.
    record Taken(int taken) implements Answer {}

    /// The rest is to be sent again, after the pause that is due by then.
    ///
    /// @param sentence why
    /// @param atLeast how long the other side wants to be left alone
    record Later(int taken, String sentence, Duration atLeast) implements Answer {}

    /// The rest is refused for good. Where it is more than one event, each is sent by itself; one by itself is set aside.
    ///
    /// @param sentence why
    /// @param answer what the other side has said, as far as it is worth keeping
    record Refused(int taken, String sentence, String answer) implements Answer {}

    /// The rest cannot be for this receiver. Where it is more than one event, each is sent by itself; one by itself is counted
    /// under the reason, and that is all.
    record PassedOver(int taken, Reason reason, String sentence) implements Answer {}

    /// The other side wants nothing any more, and nothing is sent until somebody says so.
    record Over(int taken, String sentence) implements Answer {}
  }
}
