package dev.tocsin.simulation;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The log that all gateways share, as a replicated one on other machines behaves. It stores events in groups, one a
/// [Coefficient#COMMIT_NANOS], no faster than [Coefficient#STORE_NANOS] allows. While it has no leader it stores and sends
/// nothing; of what was on its way to the last leader some is stored later and never answered, and some is lost. It may lose
/// events that it had stored, and go back.
///
/// It keeps the newest [#KEPT] events.
final class SharedStream {

  /// How many events it keeps.
  static final int KEPT = 1 << 18;

  /// Whether it can be used.
  enum State {
    /// It works.
    LED,
    /// No leader: what is stored can be read, and nothing else.
    LEADERLESS,
    /// Nothing answers.
    AWAY
  }

  /// Told of what is stored, by nobody but the stream.
  interface Witness {

    /// An event has got its sequence.
    void stored(long sequence, EncodedEvent event);

    /// A stretch of what was stored is lost.
    void lost(long from, long to);

    /// It has gone back: what follows `newest` was never there.
    void wentBack(String epoch, long newest);
  }

  private final Agenda agenda;
  private final Coefficients coefficients;
  private final SplittableRandom random;
  private final Witness witness;
  private final List<GatewayLog> gateways = new ArrayList<>();

  private final @Nullable LoggedEvent[] events = new @Nullable LoggedEvent[KEPT];
  private final long[] storedAt = new long[KEPT];
  private long newest;
  private int epoch = 1;

  private State state = State.LED;

  /// What the leader has and will store with its next group.
  private List<Publish> group = new ArrayList<>();

  private long freeAt;
  private boolean isCommitPlanned;

  /// What a leader had that is gone, and the next one has as well: it is stored without an answer.
  private final Deque<Publish> orphans = new ArrayDeque<>();

  /// Bytes sent to gateways.
  private final PerSecond sent = new PerSecond();

  private double sentBytes;

  SharedStream(Agenda agenda, Coefficients coefficients, SplittableRandom random, Witness witness) {
    this.agenda = agenda;
    this.coefficients = coefficients;
    this.random = random;
    this.witness = witness;
  }

  /// A gateway follows from now on.
  void join(GatewayLog gateway) {
    gateways.add(gateway);
  }

  void leave(GatewayLog gateway) {
    gateways.remove(gateway);
  }

  State state() {
    return state;
  }

  String epoch() {
    return "epoch-" + epoch;
  }

  long newest() {
    return newest;
  }

  /// The oldest sequence that it keeps, or one more than the newest.
  long oldest() {
    return Math.max(1, newest - KEPT + 1);
  }

  private static int place(long sequence) {
    return (int) (sequence & (KEPT - 1));
  }

  /// The event of a sequence that it keeps; `null` when it was lost.
  @Nullable LoggedEvent at(long sequence) {
    return events[place(sequence)];
  }

  /// The last of the sequences next to each other that were lost.
  ///
  /// @param from the first of them
  /// @param end where to stop looking
  long lastLost(long from, long end) {
    long to = from;
    while (to < end && at(to + 1) == null) {
      to++;
    }
    return to;
  }

  long storedAt(long sequence) {
    return storedAt[place(sequence)];
  }

  /// The newest sequence that there was at a moment, of those that are kept.
  long newestAt(long nanos) {
    long low = oldest() - 1;
    long high = newest;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (storedAt(middle) <= nanos) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// Bytes go out to a gateway.
  void send(long bytes) {
    sent.add(agenda.nanoTime(), (double) bytes);
    sentBytes += bytes;
  }

  PerSecond sent() {
    return sent;
  }

  double sentBytes() {
    return sentBytes;
  }

  /// A publish has come.
  ///
  /// @return whether there is a leader to take it
  boolean offer(Publish publish) {
    if (state != State.LED) {
      return false;
    }
    freeAt = Math.max(freeAt, agenda.nanoTime()) + coefficients.of(Coefficient.STORE_NANOS);
    publish.storeAt(freeAt);
    group.add(publish);
    planCommit();
    return true;
  }

  private void planCommit() {
    if (!isCommitPlanned && !group.isEmpty()) {
      isCommitPlanned = true;
      agenda.after(Math.max(1, coefficients.of(Coefficient.COMMIT_NANOS)), this::commit);
    }
  }

  private void commit() {
    isCommitPlanned = false;
    if (state != State.LED) {
      return;
    }
    long now = agenda.nanoTime();
    int stored = 0;
    for (; stored < group.size() && group.get(stored).storeAt() <= now; stored++) {
      Publish publish = group.get(stored);
      store(publish);
      agenda.after(coefficients.of(Coefficient.NETWORK_NANOS), publish::acknowledge);
    }
    group = new ArrayList<>(group.subList(stored, group.size()));
    if (stored > 0) {
      gateways.forEach(GatewayLog::planDelivery);
    }
    planCommit();
  }

  private void store(Publish publish) {
    put(new LoggedEvent(newest + 1, publish.append().event()));
    publish.stored(newest);
    witness.stored(newest, publish.append().event());
  }

  private void put(@Nullable LoggedEvent event) {
    newest++;
    events[place(newest)] = event;
    storedAt[place(newest)] = agenda.nanoTime();
  }

  /// Loses its leader, or goes away as a whole, and comes back after a while.
  void away(State how, long nanos) {
    state = how;
    for (Publish publish : group) {
      if (random.nextBoolean()) {
        orphans.add(publish);
      }
    }
    group = new ArrayList<>();
    agenda.after(nanos, this::comeBack);
  }

  private void comeBack() {
    state = State.LED;
    boolean stored = !orphans.isEmpty();
    while (!orphans.isEmpty()) {
      store(orphans.remove());
    }
    if (stored) {
      gateways.forEach(GatewayLog::planDelivery);
    }
    gateways.forEach(GatewayLog::cameBack);
  }

  /// Gives sequences to events that can never be read.
  void lose(int count) {
    long from = newest + 1;
    for (int i = 0; i < count; i++) {
      put(null);
    }
    witness.lost(from, newest);
    gateways.forEach(GatewayLog::planDelivery);
  }

  /// Becomes a copy of itself from a while ago, as a restored one is: a new epoch.
  void goBack(int count) {
    long before = newest;
    newest = Math.max(0, newest - count);
    epoch++;
    for (long sequence = newest + 1; sequence <= before; sequence++) {
      events[place(sequence)] = null;
    }
    group = new ArrayList<>();
    orphans.clear();
    witness.wentBack(epoch(), newest);
    List.copyOf(gateways).forEach(GatewayLog::planRestart);
  }

  /// Appends that wait in gateways for a leader.
  int waiting() {
    int waiting = group.size() + orphans.size();
    for (GatewayLog gateway : gateways) {
      waiting += gateway.waiting();
    }
    return waiting;
  }
}
