package dev.tocsin.jetstream;

import java.util.concurrent.TimeUnit;

/// Whether the stream takes events at the moment, as far as is known.
///
/// It is *held* while the connection is away or nobody knows whether the epoch goes on. It is *stalled* since JetStream said that
/// nobody takes events, or nothing for [#SILENCE_NANOS] to events in flight, until a message that no stream takes was answered.
/// In both cases nothing new is sent. Unsynchronised: guarded by the [Sender]'s lock.
final class Intake {

  /// For so long JetStream may say nothing while something is in flight.
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private boolean held = true;
  private boolean stalled;
  private long heardNanos;
  private long newestStored;

  /// Whether events may be sent.
  boolean isOpen() {
    return !held && !stalled;
  }

  /// Whether only JetStream keeps events from being sent.
  boolean isStalled() {
    return !held && stalled;
  }

  void hold() {
    held = true;
  }

  /// The stream was looked at.
  void open() {
    held = false;
    stalled = false;
  }

  /// JetStream takes nothing.
  void stall() {
    stalled = true;
  }

  /// Somebody is there again.
  void goOn(long nowNanos) {
    stalled = false;
    heardNanos = nowNanos;
  }

  /// JetStream has said something, or there was nothing to which it could.
  void hear(long nowNanos) {
    heardNanos = nowNanos;
  }

  /// Looks for how long nothing was heard although something is in flight.
  void look(long nowNanos) {
    stalled |= nowNanos - heardNanos > SILENCE_NANOS;
  }

  /// An event is in the stream.
  ///
  /// @param number the sender's own
  void stored(long number) {
    newestStored = Math.max(newestStored, number);
  }

  /// Whether an event that came after another is in the stream.
  boolean hasLaterThan(long number) {
    return number < newestStored;
  }
}
