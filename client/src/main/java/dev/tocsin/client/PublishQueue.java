package dev.tocsin.client;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The events that the application has published and that nobody knows yet to be in the log: what
/// the [Outbox] holds. Owned by the session's loop, but for [#reserve].
///
/// Events go out in the order in which they came, and after a break again in that order, each with
/// the key that it had. One that the server cannot take at the moment holds back those that come
/// after it until it has been tried again; those that were on their way already may overtake it.
final class PublishQueue {

  private static final String NO_CONNECTION = "There is no connection to the server at the moment";
  private static final String LOST = "The connection was lost before the answer came";

  /// The close code of a message that was too large for somebody.
  private static final int MESSAGE_TOO_BIG = 1009;

  // immutable
  private final Outbox outbox;
  private final Answers answers;
  private final Notices notices;
  private final Backoff backoff;
  private final Supplier<Moment> clock;
  private final BiConsumer<Duration, Runnable> later;
  private final String keyPrefix;

  // any thread
  private final Room room;

  // owned by the loop
  private final Set<Parcel> held = new LinkedHashSet<>();
  private final Map<String, Parcel> sent = new HashMap<>();
  private @Nullable Link link;
  private boolean paused;

  /// How many pauses there were: the end of one does not end a later one.
  private int pauses;

  private long lastKey;

  /// @param answers gives the ids of actions
  /// @param backoff the delays after which what the server could not take is tried again
  /// @param later runs a task on the loop after a delay
  PublishQueue(
      Outbox outbox,
      Answers answers,
      Notices notices,
      Backoff backoff,
      Supplier<Moment> clock,
      BiConsumer<Duration, Runnable> later) {
    this.outbox = outbox;
    this.answers = answers;
    this.notices = notices;
    this.backoff = backoff;
    this.clock = clock;
    this.later = later;
    this.room = new Room(outbox);
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    this.keyPrefix = HexFormat.of().formatHex(random) + "-";
  }

  /// One event on its way.
  private static final class Parcel {
    final String event;
    final @Nullable String key;
    final int bytes;
    final CompletableFuture<PublishOutcome> outcome;

    /// The id of the action that is not answered yet.
    @Nullable String id;

    @Nullable Moment firstSent;

    Parcel(
        String event, @Nullable String key, int bytes, CompletableFuture<PublishOutcome> outcome) {
      this.event = event;
      this.key = key;
      this.bytes = bytes;
      this.outcome = outcome;
    }
  }

  /// Takes room for an event, which [#add] has to follow. Any thread may call it.
  ///
  /// @return why there is none; `null` when there was
  @Nullable PublishOutcome reserve(int bytes) {
    return room.reserve(bytes);
  }

  /// Gives an event for which there is room on its way.
  ///
  /// @param key the application's own idempotency key; `null` when it gave none
  /// @param obstacle why there is no connection, nor one being sought; `null` when there is
  void add(
      String event,
      @Nullable String key,
      int bytes,
      @Nullable String obstacle,
      CompletableFuture<PublishOutcome> outcome) {
    String ownKey = key == null && outbox.holds() ? keyPrefix + ++lastKey : key;
    Parcel parcel = new Parcel(event, ownKey, bytes, outcome);
    held.add(parcel);
    if (obstacle != null) {
      finish(parcel, new PublishOutcome.NotSent(obstacle));
    } else if (!outbox.holds() && link == null) {
      finish(parcel, new PublishOutcome.NotSent(NO_CONNECTION));
    } else if (!paused) {
      send(parcel);
    }
  }

  /// The server takes actions on a new connection.
  void connected(Link opened) {
    link = opened;
    paused = false;
    sendAll();
  }

  private void sendAll() {
    for (Parcel parcel : List.copyOf(held)) {
      if (parcel.id == null) {
        send(parcel);
      }
    }
  }

  private void send(Parcel parcel) {
    if (link == null) {
      return;
    }
    if (parcel.firstSent == null) {
      parcel.firstSent = clock.get();
    } else if (isTooLate(parcel)) {
      finish(
          parcel,
          new PublishOutcome.Unanswered(
              "No answer came within "
                  + outbox.repeatWithin().toSeconds()
                  + " s, and the server may have forgotten the key since"));
      return;
    }
    String id = answers.nextId();
    parcel.id = id;
    sent.put(id, parcel);
    link.send(Actions.publish(id, parcel.event, parcel.key));
  }

  private boolean isTooLate(Parcel parcel) {
    return parcel.firstSent != null
        && clock.get().since(parcel.firstSent).compareTo(outbox.repeatWithin()) >= 0;
  }

  /// The server has answered an action: is it one of these?
  boolean expects(@Nullable String id) {
    return sent.containsKey(id);
  }

  void published(@Nullable String id, long sequence) {
    Parcel parcel = sent.get(id);
    if (parcel != null) {
      backoff.reset();
      finish(parcel, new PublishOutcome.Published(sequence));
    }
  }

  void refused(@Nullable String id, Refusal refusal) {
    Parcel parcel = sent.get(id);
    if (parcel == null) {
      return;
    }
    if (!outbox.holds() || !refusal.isRetryable() || isTooLate(parcel)) {
      finish(parcel, new PublishOutcome.Refused(refusal));
      return;
    }
    sent.remove(id);
    parcel.id = null;
    if (!paused) {
      paused = true;
      int pause = ++pauses;
      later.accept(
          backoff.next(),
          () -> {
            if (paused && pause == pauses) {
              paused = false;
              sendAll();
            }
          });
    }
  }

  /// The connection is gone, and with it the answers. An event that is too large for a proxy in
  /// between must not break each connection that follows: it is not sent again.
  void disconnected(int code) {
    link = null;
    List<Parcel> unanswered = new ArrayList<>(sent.values());
    sent.clear();
    unanswered.forEach(parcel -> parcel.id = null);
    if (!outbox.holds()) {
      unanswered.forEach(parcel -> finish(parcel, new PublishOutcome.Unanswered(LOST)));
    } else if (code == MESSAGE_TOO_BIG) {
      unanswered.stream()
          .max(Comparator.comparingInt(parcel -> parcel.bytes))
          .ifPresent(parcel ->
              finish(
                  parcel,
                  new PublishOutcome.Unanswered(
                      "The connection was closed with 1009: a message is too large")));
    }
  }

  /// No connection will come by itself.
  void abandon(String why) {
    for (Parcel parcel : List.copyOf(held)) {
      finish(
          parcel,
          parcel.firstSent == null
              ? new PublishOutcome.NotSent(why)
              : new PublishOutcome.Unanswered(why));
    }
  }

  private void finish(Parcel parcel, PublishOutcome outcome) {
    held.remove(parcel);
    if (parcel.id != null) {
      sent.remove(parcel.id);
    }
    room.release(parcel.bytes);
    notices.complete(parcel.outcome, outcome);
  }
}
