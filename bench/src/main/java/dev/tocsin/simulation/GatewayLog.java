package dev.tocsin.simulation;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The shared log as one gateway sees it: it hands on what the stream has, a little later, and reads what it has handed on from
/// replicas of which some are behind. Its follower has a thread of its own, and so has reading.
///
/// It vouches for what it hands on as the adapter for a real stream does: in order, losses named, nothing of a stream that
/// has gone back before its follower knows it.
final class GatewayLog implements EventLog {

  /// The most that is handed on at once.
  private static final int MAX_GROUP = 256;

  /// After which time a restart is noticed.
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Agenda agenda;
  private final Coefficients coefficients;
  private final SharedStream stream;
  private final Worker following;
  private final GatewayReads reads;
  private final GatewayPublishes publishes;
  private final long lagNanos;

  private String epoch;
  private long handed;
  private final Map<String, Long> lastByType = new HashMap<>();
  private @Nullable Follower follower;
  private boolean isDeliveryPlanned;
  private boolean isClosed;

  private final List<Reaching> reaching = new ArrayList<>();

  private record Reaching(long sequence, CompletableFuture<Long> reached) {}

  /// @param following the thread of the follower
  /// @param reading the thread on which answers to readings are looked through
  /// @param lagNanos how much later than at the nearest gateway events come here
  GatewayLog(
      Agenda agenda,
      Coefficients coefficients,
      SharedStream stream,
      SplittableRandom random,
      Worker following,
      Worker reading,
      long lagNanos) {
    this.agenda = agenda;
    this.coefficients = coefficients;
    this.stream = stream;
    this.following = following;
    this.reads = new GatewayReads(agenda, coefficients, stream, random, reading, this);
    this.publishes = new GatewayPublishes(agenda, coefficients, stream);
    this.lagNanos = coefficients.of(Coefficient.NETWORK_NANOS) + lagNanos;
    this.epoch = stream.epoch();
    this.handed = stream.newest();
    learnLast();
    stream.join(this);
  }

  /// Looks back for the last event of each type, as far as the stream goes.
  private void learnLast() {
    lastByType.clear();
    for (long sequence = handed; sequence >= stream.oldest() && sequence >= 1; sequence--) {
      LoggedEvent event = stream.at(sequence);
      if (event != null
          && lastByType.putIfAbsent(event.event().type(), sequence) == null
          && lastByType.size() == Events.TYPES) {
        return;
      }
    }
  }

  // Publishing

  @Override
  public CompletionStage<List<AppendResult>> append(List<Append> appends) {
    return publishes.append(appends);
  }

  /// How many publishes no leader has taken.
  int waiting() {
    return publishes.waiting();
  }

  /// The stream works again.
  void cameBack() {
    publishes.offerAgain();
    planDelivery();
  }

  // Following

  @Override
  public void follow(long after, Follower newFollower) {
    if (after != handed) {
      throw new IllegalArgumentException(after + " is not the newest, " + handed);
    }
    follower = newFollower;
    planDelivery();
  }

  /// The stream may have something that was not handed on.
  void planDelivery() {
    if (!isDeliveryPlanned && !isClosed && follower != null && handed < stream.newest()) {
      isDeliveryPlanned = true;
      agenda.at(
          stream.storedAt(handed + 1) + lagNanos, () -> following.executeIfOpen(this::deliver));
    }
  }

  private void deliver() {
    isDeliveryPlanned = false;
    Follower told = follower;
    if (isClosed || told == null || stream.state() != SharedStream.State.LED || isForeign()) {
      return;
    }
    long arrived = agenda.nanoTime() - lagNanos;
    long end = Math.min(stream.newest(), handed + MAX_GROUP);
    if (handed + 1 < stream.oldest()) {
      lose(told, handed + 1, stream.oldest() - 1);
    }
    List<LoggedEvent> group = new ArrayList<>();
    long bytes = 0;
    while (handed < end && stream.storedAt(handed + 1) <= arrived) {
      LoggedEvent event = stream.at(handed + 1);
      if (event == null) {
        if (!group.isEmpty()) {
          break;
        }
        lose(told, handed + 1, stream.lastLost(handed + 1, end));
      } else {
        group.add(event);
        handed++;
        bytes += event.event().json().length;
        lastByType.put(event.event().type(), handed);
      }
    }
    if (!group.isEmpty()) {
      stream.send(bytes);
      agenda.spend(group.size() * coefficients.of(Coefficient.FOLLOWED_NANOS));
      told.events(group);
      group.forEach(publishes::cameBack);
    }
    tellReached();
    planDelivery();
  }

  private void lose(Follower told, long from, long to) {
    handed = to;
    told.lost(from, to);
  }

  /// The newest sequence that was handed on.
  long handed() {
    return handed;
  }

  // Epochs

  String epoch() {
    return epoch;
  }

  /// Whether the stream is of an epoch that the follower does not know yet.
  boolean isForeign() {
    return !epoch.equals(stream.epoch());
  }

  /// The stream has gone back, which the gateway finds out after a while.
  void planRestart() {
    agenda.after(lagNanos + AGAIN_NANOS, () -> following.executeIfOpen(this::restart));
  }

  private void restart() {
    if (isClosed || !isForeign()) {
      return;
    }
    epoch = stream.epoch();
    handed = stream.newest();
    learnLast();
    if (follower != null) {
      follower.restarted(epoch, handed);
    }
    tellReached();
    planDelivery();
  }

  // Reading

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return reads.read(after, types, maxEvents, maxBytes);
  }

  /// Nothing that is simulated reads back.
  @Override
  public CompletionStage<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    throw new UnsupportedOperationException("nobody reads back here");
  }

  /// Nothing that is simulated asks for single events.
  @Override
  public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
    throw new UnsupportedOperationException("nobody asks for single events here");
  }

  /// Nothing that is simulated asks for a time.
  @Override
  public CompletionStage<Long> positionAt(Instant time) {
    throw new UnsupportedOperationException("nobody asks for a time here");
  }

  // What is told

  @Override
  public CompletionStage<Long> reach(long sequence, Duration atMost) {
    CompletableFuture<Long> reached = new CompletableFuture<>();
    if (sequence <= handed) {
      reached.complete(handed);
    } else {
      reaching.add(new Reaching(sequence, reached));
      agenda.after(
          atMost.toNanos(),
          () -> {
            if (!isClosed) {
              reached.complete(handed);
            }
          });
    }
    return reached;
  }

  private void tellReached() {
    List<CompletableFuture<Long>> done = new ArrayList<>(0);
    for (Iterator<Reaching> all = reaching.iterator(); all.hasNext(); ) {
      Reaching next = all.next();
      if (next.sequence <= handed || next.reached.isDone()) {
        all.remove();
        done.add(next.reached);
      }
    }
    done.forEach(reached -> reached.complete(handed));
  }

  @Override
  public LogState state() {
    return new LogState(epoch, Math.min(stream.oldest(), handed + 1), handed, Optional.empty());
  }

  @Override
  public LogFigures figures() {
    return LogFigures.ofMemory(0);
  }

  @Override
  public Map<String, Long> lastByType() {
    return Map.copyOf(lastByType);
  }

  @Override
  public void close() {
    isClosed = true;
    publishes.close();
    stream.leave(this);
  }
}
