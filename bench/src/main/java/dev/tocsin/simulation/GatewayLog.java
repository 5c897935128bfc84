package dev.tocsin.simulation;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The shared log as one gateway sees it: it hands on what the stream has, a little later, and reads what it has handed on from
/// replicas of which some are behind. Its follower has a thread of its own, and so has reading.
///
/// It vouches for what it hands on as the adapter for a real stream does: in order, losses named, nothing of a stream that
/// has gone back before its follower knows it.
final class GatewayLog implements EventLog {

  /// How long a publish may take.
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// The most that is handed on at once.
  private static final int MAX_GROUP = 256;

  /// How many sequences one look passes.
  private static final int SCANNED = 8_192;

  /// After which time a replica that is behind is asked again, and a restart is noticed.
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Agenda agenda;
  private final Coefficients coefficients;
  private final SharedStream stream;
  private final SplittableRandom random;
  private final Worker following;
  private final Worker reading;
  private final long lagNanos;

  private String epoch;
  private long handed;
  private final Map<String, Long> lastByType = new HashMap<>();
  private @Nullable Follower follower;
  private boolean isDeliveryPlanned;
  private boolean isClosed;

  /// Publishes of this gateway that nobody has answered, by their event, which is the same object in the log.
  private final IdentityHashMap<EncodedEvent, Publish> unanswered = new IdentityHashMap<>();

  /// Those that no leader has taken, in their order.
  private final Deque<Publish> waiting = new ArrayDeque<>();

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
    this.random = random;
    this.following = following;
    this.reading = reading;
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
    CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();
    AppendResult[] results = new AppendResult[appends.size()];
    int[] open = {appends.size()};
    for (int i = 0; i < results.length; i++) {
      int place = i;
      Append append = appends.get(i);
      Publish publish =
          new Publish(
              append,
              result -> {
                unanswered.remove(append.event());
                results[place] = result;
                if (--open[0] == 0) {
                  answer.complete(List.of(results));
                }
              });
      unanswered.put(append.event(), publish);
      agenda.after(coefficients.of(Coefficient.NETWORK_NANOS), () -> offer(publish));
      agenda.after(PATIENCE_NANOS, publish::giveUp);
    }
    return answer;
  }

  private void offer(Publish publish) {
    if (!isClosed && !publish.isAnswered() && !stream.offer(publish)) {
      waiting.add(publish);
    }
  }

  /// How many publishes no leader has taken.
  int waiting() {
    waiting.removeIf(Publish::isAnswered);
    return waiting.size();
  }

  /// The stream works again.
  void cameBack() {
    List<Publish> again = List.copyOf(waiting);
    waiting.clear();
    again.forEach(this::offer);
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
      agenda.at(stream.storedAt(handed + 1) + lagNanos, () -> run(following, this::deliver));
    }
  }

  private static void run(Worker worker, Runnable task) {
    try {
      worker.execute(task);
    } catch (RejectedExecutionException e) {
      // The gateway has ended.
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
        lose(told, handed + 1, lastLost(handed + 1, end));
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
      group.forEach(this::settle);
    }
    tellReached();
    planDelivery();
  }

  private long lastLost(long from, long end) {
    long to = from;
    while (to < end && stream.at(to + 1) == null) {
      to++;
    }
    return to;
  }

  private void lose(Follower told, long from, long to) {
    handed = to;
    told.lost(from, to);
  }

  /// An event of this gateway's own has come back: that is an answer too.
  private void settle(LoggedEvent event) {
    Publish own = unanswered.get(event.event());
    if (own != null) {
      own.acknowledge();
    }
  }

  // Epochs

  private boolean isForeign() {
    return !epoch.equals(stream.epoch());
  }

  /// The stream has gone back, which the gateway finds out after a while.
  void planRestart() {
    agenda.after(lagNanos + AGAIN_NANOS, () -> run(following, this::restart));
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

  /// What is asked of a page, and who waits for it.
  private record Reading(
      long after,
      TypeFilter types,
      int maxEvents,
      int maxBytes,
      String epoch,
      CompletableFuture<Page> answer) {}

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    CompletableFuture<Page> answer = new CompletableFuture<>();
    ask(new Reading(after, types, maxEvents, maxBytes, epoch, answer), 0);
    return answer;
  }

  private void ask(Reading reading, long pause) {
    agenda.after(
        pause + coefficients.of(Coefficient.READ_NANOS),
        () -> run(this.reading, () -> look(reading)));
  }

  private void look(Reading reading) {
    if (stream.state() == SharedStream.State.AWAY || isForeign()) {
      reading.answer.completeExceptionally(new IOException("no server of the log answers"));
      return;
    }
    if (!reading.epoch.equals(epoch) || reading.after >= handed) {
      reading.answer.complete(new Page(List.of(), reading.after));
      return;
    }
    long upTo = handed;
    if (random.nextInt(100) < coefficients.of(Coefficient.STALE_PERCENT)) {
      long age = random.nextLong(coefficients.of(Coefficient.STALE_NANOS) + 1);
      upTo = Math.min(handed, stream.newestAt(agenda.nanoTime() - age));
    }
    if (upTo <= reading.after) {
      ask(reading, AGAIN_NANOS);
      return;
    }
    Page page = page(reading, upTo);
    long bytes = 0;
    for (LoggedEvent event : page.events()) {
      bytes += event.event().json().length;
    }
    stream.send(bytes);
    agenda.spend(page.events().size() * coefficients.of(Coefficient.FOLLOWED_NANOS));
    reading.answer.complete(page);
  }

  private Page page(Reading reading, long upTo) {
    List<LoggedEvent> events = new ArrayList<>();
    List<Stretch> lost = new ArrayList<>();
    long position = reading.after;
    if (position + 1 < stream.oldest()) {
      lost.add(new Stretch(position + 1, stream.oldest() - 1));
      position = stream.oldest() - 1;
    }
    long end = Math.min(upTo, position + SCANNED);
    long bytes = 0;
    while (position < end && events.size() < reading.maxEvents) {
      LoggedEvent event = stream.at(position + 1);
      if (event == null) {
        long to = lastLost(position + 1, end);
        lost.add(new Stretch(position + 1, to));
        position = to;
        continue;
      }
      if (reading.types.takes(event.event().type())) {
        bytes += event.event().json().length;
        if (bytes > reading.maxBytes && !events.isEmpty()) {
          break;
        }
        events.add(event);
      }
      position++;
    }
    return new Page(events, lost, position);
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
    stream.leave(this);
  }
}
