package dev.tocsin.jetstream;

import java.util.concurrent.TimeUnit;

/// Whether the stream takes events at the moment, as far as is known.
///
/// It is *held* while the connection is away or nobody knows whether the epoch goes on. It is *stalled* since JetStream said
/// that nobody takes events, or nothing for [#SILENCE_NANOS] to events that were sent, until a message that no stream takes was
/// answered. In both cases nothing new is sent.
///
/// It is *mute* when that answer came at once: somebody is there, and answers no event, for instance because a disk is full. In an
/// election the answer comes late. Unsynchronised: guarded by the [Sender]'s lock.
final class Intake {

  /// For so long JetStream may say nothing while something is in flight.
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private boolean held = true;
  private boolean stalled;
  private boolean silent;
  private boolean mute;
  private long heardNanos;
  private long silentNanos;
  private long openedNanos;
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
  void open(long nowNanos) {
    held = false;
    silent = false;
    mute = false;
    goOn(nowNanos);
  }

  /// JetStream takes nothing.
  void stall() {
    stalled = true;
  }

  /// Somebody is there again.
  void goOn(long nowNanos) {
    mute = silent ? nowNanos - silentNanos < SILENCE_NANOS : mute;
    silent = false;
    stalled = false;
    heardNanos = nowNanos;
    openedNanos = nowNanos;
  }

  /// JetStream has said something to an event.
  void answered(long nowNanos) {
    mute = false;
    hear(nowNanos);
  }

  /// Whether JetStream answers questions and no events, as far as is known.
  boolean isMute() {
    return mute;
  }

  /// There was nothing to which JetStream could say anything.
  void hear(long nowNanos) {
    heardNanos = nowNanos;
  }

  /// Whether an event that was sent then may still be answered: answers to what was sent before events could go out again were
  /// lost, or they came.
  boolean isAnswerDue(long sentNanos) {
    return sentNanos - openedNanos >= 0;
  }

  /// Looks for how long nothing was heard although an answer is due.
  void look(long nowNanos) {
    if (!stalled && nowNanos - heardNanos > SILENCE_NANOS) {
      stalled = true;
      silent = true;
      silentNanos = nowNanos;
    }
  }

  /// An event is in the stream.
  ///
  /// @param number the sender's own
  void stored(long number) {
    mute = false;
    newestStored = Math.max(newestStored, number);
  }

  /// Whether an event that came after another is in the stream.
  boolean hasLaterThan(long number) {
    return number < newestStored;
  }
}
