package dev.tocsin.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The actions of one connection that have not been answered yet.
///
/// Several publishes can be under way at once. Every other action waits until those before it are
/// answered, and what comes after a waiting one waits as well. Answers leave in the order of the
/// actions. An action whose effect lasts longer than its answer holds back what comes after it
/// ([#hold]). Belongs to the event loop.
final class ActionQueue {

  /// Something that a client asked for.
  interface Action {

    /// Takes effect, and gives its answer to `answer` once, now or later, on the event loop.
    void start(Answer answer);

    /// Whether it may be under way beside others of its kind.
    boolean isPublish();
  }

  /// Takes the answer to an action.
  interface Answer {

    /// Gives the answer; to be called once.
    ///
    /// @param message `null` when the action has none
    void give(byte @Nullable [] message);
  }

  private static final class Place {

    private final Action action;
    private final int bytes;
    private boolean answered;
    private byte @Nullable [] answer;

    Place(Action action, int bytes) {
      this.action = action;
      this.bytes = bytes;
    }
  }

  private final Consumer<byte[]> outlet;
  private final Deque<Place> started = new ArrayDeque<>();
  private final Deque<Place> waiting = new ArrayDeque<>();
  private int pendingBytes;
  private boolean advancing;
  private boolean held;
  private boolean abandoned;

  /// An empty queue.
  ///
  /// @param outlet takes the answers, in their order
  ActionQueue(Consumer<byte[]> outlet) {
    this.outlet = outlet;
  }

  /// How many actions have not been answered.
  int size() {
    return started.size() + waiting.size();
  }

  /// Whether the client has to wait for answers before it may ask for more.
  boolean isFull() {
    return size() >= Limits.MAX_PENDING_ACTIONS || pendingBytes >= Limits.MAX_PENDING_BYTES;
  }

  /// Takes one more action.
  ///
  /// @param bytes the size of the message that asked for it
  void submit(Action action, int bytes) {
    if (abandoned) {
      return;
    }
    waiting.add(new Place(action, bytes));
    pendingBytes += bytes;
    advance();
  }

  /// No other action starts before [#release]. It is for the one that is under way, and that is no publish.
  void hold() {
    held = true;
  }

  /// What was held back goes on.
  void release() {
    held = false;
    advance();
  }

  /// The client is gone: what has not been started never will be.
  void abandon() {
    abandoned = true;
    waiting.clear();
  }

  /// Answers and starts what has its turn. An action that answers at once comes back here while
  /// it is being started; then the outer call goes on.
  private void advance() {
    if (advancing) {
      return;
    }
    advancing = true;
    try {
      do {
        sendAnswers();
      } while (startNext());
    } finally {
      advancing = false;
    }
  }

  private void sendAnswers() {
    Place first = started.peek();
    while (first != null && first.answered) {
      started.remove();
      pendingBytes -= first.bytes;
      if (first.answer != null) {
        outlet.accept(first.answer);
      }
      first = started.peek();
    }
  }

  private boolean startNext() {
    Place next = waiting.peek();
    if (next == null || held) {
      return false;
    }
    Place last = started.peekLast();
    if (last != null && !(last.action.isPublish() && next.action.isPublish())) {
      return false;
    }
    waiting.remove();
    started.add(next);
    next.action.start(answer -> {
      next.answered = true;
      next.answer = answer;
      advance();
    });
    return true;
  }
}
