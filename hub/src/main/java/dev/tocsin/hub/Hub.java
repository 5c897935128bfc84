package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EncodingResult;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.events.Suggestions;
import dev.tocsin.events.Where;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Joins the catalog, the log and the subscribers. There is one way in, [#publish], and one way out,
/// the [Shard]s.
///
/// Any thread may call anything.
public final class Hub implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

  /// How long after its acknowledgement the log's delivery may take before the fate of a publish counts as
  /// unknown.
  private static final Duration DELIVERY_TIME = Duration.ofSeconds(10);

  /// How long the thread of the latest stays when there is nothing to do.
  private static final long IDLE_SECONDS = 10;

  private static final String UNDELIVERED = "The log has taken the event, but has not handed it on";

  private static final String REMEDY =
      "It may have been published or not: repeat it with the same idempotency key, which settles it"
          + " for good; without a key it may be there twice";

  private static final Rejection BROKEN_DOWN =
      new Rejection(
          ErrorCode.INTERNAL_ERROR, "The server failed to validate the event; its log says why");

  private final EventEncoder encoder;
  private final EventLog log;
  private final LongSupplier nanoTime;
  private final LogPages pages;
  private final LatestEvents latest;
  private final long recentBytes;
  private final List<Shard<?>> shards = new CopyOnWriteArrayList<>();
  private final List<LogCursor> cursors = new CopyOnWriteArrayList<>();
  private final Counts<String> published = new Counts<>();
  private final Counts<HubStats.Refused> refused = new Counts<>();
  private final RefusedFields refusedFields = new RefusedFields();
  private final Durations appends = new Durations();
  private final DeliveryTimes deliveries = new DeliveryTimes();

  // written by the log's follower, read by any
  private volatile RecentEvents recent;

  /// @param log the hub becomes its follower; the caller closes it
  /// @param clock tells the timestamp of events that come without one
  /// @param recentBytes how many bytes of the newest events stay in memory for the shards
  public Hub(EventCatalog catalog, EventLog log, InstantSource clock, long recentBytes) {
    this(catalog, log, clock, System::nanoTime, latestThread(), recentBytes);
  }

  /// A hub for whom time passes otherwise: in a simulation.
  ///
  /// @param log the hub becomes its follower; the caller closes it
  /// @param clock tells the timestamp of events that come without one
  /// @param nanoTime by which pauses and figures are timed, see [System#nanoTime]
  /// @param later does what takes longer than an event, and may block; ended by [#close]
  /// @param recentBytes how many bytes of the newest events stay in memory for the shards
  public Hub(
      EventCatalog catalog,
      EventLog log,
      InstantSource clock,
      LongSupplier nanoTime,
      ScheduledExecutorService later,
      long recentBytes) {
    this.encoder = new EventEncoder(catalog, clock);
    this.log = log;
    this.nanoTime = nanoTime;
    this.recentBytes = recentBytes;
    LogState state = log.state();
    this.recent = recent(new TypeTable(catalog, Set.of()), state.epoch(), state.newest());
    this.pages = new LogPages(log, nanoTime);
    this.latest = new LatestEvents(catalog, log, later, LatestEvents.MAX_KEYS);
    latest.begin(state.epoch(), state.newest());
    log.follow(state.newest(), new Delivery());
  }

  /// One thread, which goes when there is nothing to do.
  private static ScheduledThreadPoolExecutor latestThread() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("tocsin-latest").daemon().factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  private RecentEvents recent(TypeTable types, String epoch, long newest) {
    return new RecentEvents(epoch, newest, types, log.lastByType(), recentBytes);
  }

  /// Takes what the log hands on: the one place where delivery starts.
  private final class Delivery implements Follower {

    @Override
    public void events(List<LoggedEvent> group) {
      if (!group.isEmpty() && !shards.isEmpty()) {
        deliveries.safe(group.getLast().sequence(), group.size(), nanoTime.getAsLong());
      }
      latest.add(group);
      recent.add(group);
      group.forEach(event -> published.increment(event.event().type()));
      wake();
    }

    @Override
    public void lost(long from, long to) {
      LOG.atWarn().addKeyValue("from", from).addKeyValue("to", to).log("the log has lost events");
      latest.skip(to);
      recent.skip(to);
      wake();
    }

    @Override
    public void restarted(String epoch, long newest) {
      RecentEvents before = recent;
      LOG.atWarn()
          .addKeyValue("before", before.epoch())
          .addKeyValue("epoch", epoch)
          .addKeyValue("newest", newest)
          .log("the log has begun a new epoch");
      RecentEvents next = recent(before.types(), epoch, newest);
      latest.restart(epoch, newest);
      pages.forget();
      deliveries.forget();
      shards.forEach(Shard::forgetPassed);
      recent = next;
      before.end(next);
      wake();
    }

    private void wake() {
      shards.forEach(Shard::wake);
      cursors.forEach(LogCursor::wake);
    }
  }

  /// Validates an event, appends it to the log and answers when it is safe there.
  ///
  /// @return completed on a thread of the log's or the caller's, which must not be blocked
  public CompletableFuture<PublishResult> publish(PublishCommand command) {
    return publish(List.of(command)).thenApply(List::getFirst);
  }

  /// Validates events and appends the good ones, next to each other and in this order. The commands of
  /// one call share a budget of suggestions. One whose validation breaks down is refused as
  /// [ErrorCode#INTERNAL_ERROR] and does its neighbours no harm.
  ///
  /// @return one result for each command, in their order
  public CompletableFuture<List<PublishResult>> publish(List<PublishCommand> commands) {
    PublishBatch batch = newBatch();
    commands.forEach(batch::add);
    return batch.publish();
  }

  /// Begins a publish whose commands are validated one by one, by someone who has other things to do
  /// in between.
  public PublishBatch newBatch() {
    return new PublishBatch(this);
  }

  /// @param receivedNanos when the first byte of each accepted one came; may be longer
  CompletableFuture<List<PublishResult>> publish(
      List<EncodingResult> encoded, List<Append> accepted, long[] receivedNanos) {
    if (accepted.isEmpty()) {
      return CompletableFuture.completedFuture(results(encoded, List.of()));
    }
    CompletableFuture<List<PublishResult>> answer = new CompletableFuture<>();
    RecentEvents begunIn = recent;
    log.append(accepted)
        .whenComplete((appended, failure) -> {
          try {
            if (failure == null) {
              noteAppends(appended, receivedNanos);
              answerWhenDelivered(begunIn, encoded, appended, answer);
            } else {
              answer.completeExceptionally(failure);
            }
          } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private void noteAppends(List<AppendResult> appended, long[] receivedNanos) {
    long now = nanoTime.getAsLong();
    for (int i = 0; i < appended.size(); i++) {
      if (appended.get(i) instanceof AppendResult.Stored) {
        appends.note(now - receivedNanos[i], 1);
      }
    }
  }

  /// Answers a publish that the log has acknowledged, as soon as the log's delivery has passed its events
  /// too: whoever connects then stands at or after them. Most logs deliver before they acknowledge.
  ///
  /// @param begunIn the recent events of the epoch when they were appended
  private void answerWhenDelivered(
      RecentEvents begunIn,
      List<EncodingResult> encoded,
      List<AppendResult> appended,
      CompletableFuture<List<PublishResult>> answer) {
    long last = last(appended);
    if (begunIn == recent && last <= begunIn.newest()) {
      answer.complete(results(encoded, appended));
    } else {
      log.reach(last, DELIVERY_TIME)
          .whenComplete((reached, failure) -> {
            boolean delivered = failure == null && begunIn == recent && last <= begunIn.newest();
            answer.complete(results(encoded, delivered ? appended : undelivered(appended)));
          });
    }
  }

  private static long last(List<AppendResult> appended) {
    long last = 0;
    for (AppendResult result : appended) {
      if (result instanceof AppendResult.Stored stored) {
        last = Math.max(last, stored.sequence());
      }
    }
    return last;
  }

  /// What the log has taken but not handed on may not stay in it.
  private static List<AppendResult> undelivered(List<AppendResult> appended) {
    return appended.stream()
        .map(result ->
            result instanceof AppendResult.Stored ? new AppendResult.Unknown(UNDELIVERED) : result)
        .toList();
  }

  /// @param check told the type of the event
  EncodingResult encodeGuarded(
      PublishCommand command, Suggestions.Budget suggestions, TypeCheck check) {
    check.begin(command.granted());
    EncodingResult result;
    try {
      result = encode(command, suggestions, check);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.atError().setCause(e).log("an event could not be validated");
      result = BROKEN_DOWN;
    }
    if (result instanceof Rejection rejection) {
      countRefused(check.type(), rejection);
    }
    return result;
  }

  /// Counts an event that was refused before the hub saw it, whatever its type is: because its sender may not publish so
  /// much, for instance. Any thread may call it.
  public void countRefused(ErrorCode code) {
    refused.increment(new HubStats.Refused("", code));
  }

  /// The same for an event of a type, with what was wrong with it.
  public void countRefused(String type, Rejection rejection) {
    refused.increment(new HubStats.Refused(type, rejection.code()));
    refusedFields.note(type, rejection);
  }

  private EncodingResult encode(
      PublishCommand command, Suggestions.Budget suggestions, TypeCheck check) {
    String key = command.idempotencyKey();
    if (key != null && !IdempotencyKey.isKey(key)) {
      return new Rejection(
          ErrorCode.INVALID_MESSAGE,
          "An idempotency key has 1 to " + IdempotencyKey.MAX_LENGTH + " characters");
    }
    Slice bytes = command.event();
    EncodingResult encoded =
        encoder.encode(bytes.bytes(), bytes.offset(), bytes.length(), suggestions, check);
    EventFilter granted = command.granted();
    return granted == null || !(encoded instanceof EncodedEvent event) || granted.passes(event)
        ? encoded
        : TypeCheck.notGranted("this " + event.type());
  }

  private List<PublishResult> results(List<EncodingResult> encoded, List<AppendResult> appended) {
    List<PublishResult> results = new ArrayList<>(encoded.size());
    Iterator<AppendResult> next = appended.iterator();
    for (EncodingResult result : encoded) {
      PublishResult answer =
          switch (result) {
            case Rejection rejection -> new PublishResult.Refused(rejection);
            case EncodedEvent event -> result(event, next.next());
          };
      results.add(answer);
    }
    return results;
  }

  private PublishResult result(EncodedEvent event, AppendResult appended) {
    PublishResult result = result(appended);
    if (result instanceof PublishResult.Refused no) {
      refused.increment(new HubStats.Refused(event.type(), no.rejection().code()));
    }
    return result;
  }

  private static PublishResult result(AppendResult appended) {
    return switch (appended) {
      case AppendResult.Stored stored ->
          new PublishResult.Published(stored.sequence(), stored.timestamp());
      case AppendResult.Conflict conflict ->
          new PublishResult.Refused(
              new Rejection(ErrorCode.IDEMPOTENCY_CONFLICT, conflict.reason()));
      case AppendResult.Unavailable unavailable ->
          new PublishResult.Refused(new Rejection(ErrorCode.UNAVAILABLE, unavailable.reason()));
      case AppendResult.Unknown unknown ->
          new PublishResult.Refused(Rejection.uncertain(unknown.reason() + ". " + REMEDY));
    };
  }

  /// Makes a shard, which from now on is woken whenever there is something to deliver.
  ///
  /// @param owner the only thread that may use the shard
  /// @param output the way out for all audiences of the shard
  public <C> Shard<C> newShard(ShardOwner owner, ShardOutput<C> output) {
    Shard<C> shard = new Shard<>(recent, owner, output, this::notePassed, nanoTime);
    shards.add(shard);
    // Whatever was appended while the shard was not yet in the list.
    shard.wake();
    return shard;
  }

  /// A shard has come further: notes how long the events took that all have passed now.
  private void notePassed() {
    long position = Long.MAX_VALUE;
    for (Shard<?> shard : shards) {
      position = Math.min(position, shard.passed());
    }
    deliveries.passed(position, nanoTime.getAsLong());
  }

  /// Lets go of a shard whose owner has ended.
  public void removeShard(Shard<?> shard) {
    shards.remove(shard);
  }

  /// Makes a cursor for a thread that asks for events, to be closed by it.
  ///
  /// @param where what narrows each of the patterns; `null` for nothing
  /// @param grants what may be read; `null` for everything
  /// @param epoch of the position; `null` for what comes from now on
  /// @param after the position; of another epoch than this it says nothing, which the first step tells
  public LogCursor newCursor(
      List<EventPattern> patterns,
      @Nullable Where where,
      @Nullable Grants grants,
      @Nullable String epoch,
      long after) {
    LogCursor cursor = new LogCursor(this, patterns, where, grants, epoch, after);
    cursors.add(cursor);
    return cursor;
  }

  void remove(LogCursor cursor) {
    cursors.remove(cursor);
  }

  /// The newest events of the present epoch.
  RecentEvents recent() {
    return recent;
  }

  /// The event types that can be published here.
  public EventCatalog catalog() {
    return encoder.catalog();
  }

  /// The log of this hub.
  public EventLog log() {
    return log;
  }

  /// What patterns ask for of that which may be read, each narrowed in the same way, among all types that are known now.
  ///
  /// @param patterns `null` for everything
  /// @param where `null` for everything that they match
  /// @param grants `null` for everything
  /// @return `null` for everything
  public @Nullable EventFilter filter(
      @Nullable List<EventPattern> patterns, @Nullable Where where, @Nullable Grants grants) {
    if (patterns == null) {
      return filter(grants);
    }
    TypeTable types = recent.types();
    Interest wanted = types.interest(patterns, where);
    return new EventFilter(
        types, grants == null ? wanted : wanted.and(types.interest(grants), types.size()));
  }

  /// What grants let through, among all types that are known now; `null` for everything.
  public @Nullable EventFilter filter(@Nullable Grants grants) {
    TypeTable types = recent.types();
    return grants == null ? null : new EventFilter(types, types.interest(grants));
  }

  /// Why a `where` can never be fulfilled by what patterns match; `null` when it can.
  public @Nullable Rejection fault(List<EventPattern> patterns, Where where) {
    return recent.types().fault(patterns, where);
  }

  /// Pages of the log for those who are lagging.
  public LogPages pages() {
    return pages;
  }

  /// What is the latest of each type and key.
  public LatestEvents latest() {
    return latest;
  }

  /// Reads single events, from memory or from the log; see [EventLog#readEach].
  ///
  /// @param sequences ascending, at least one, none above the newest
  public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
    long[] some =
        sequences.length > EventLog.MAX_EACH
            ? Arrays.copyOf(sequences, EventLog.MAX_EACH)
            : sequences;
    Page held = recent.readEachIfHeld(some, maxBytes);
    return held == null ? log.readEach(some, maxBytes) : CompletableFuture.completedFuture(held);
  }

  /// Ends what the hub does by itself, while the log is still open. Who closes the log without this loses nothing but time at
  /// the next start.
  @Override
  public void close() {
    latest.close();
  }

  /// What looks like a slip of the pen among patterns.
  public List<PatternWarning> warnings(List<EventPattern> patterns) {
    return warnings(patterns, null, null);
  }

  /// The same, and of which patterns nothing may be read.
  ///
  /// @param where what narrows each of them; `null` for nothing
  /// @param grants what may be read; `null` for everything
  public List<PatternWarning> warnings(
      List<EventPattern> patterns, @Nullable Where where, @Nullable Grants grants) {
    return recent.types().warnings(patterns, where, grants);
  }

  /// The figures of this moment.
  public HubStats stats() {
    ShardFigures figures = ShardFigures.NONE;
    long filtered = 0;
    for (Shard<?> shard : shards) {
      figures = figures.plus(shard.figures());
      filtered += shard.filtered();
    }
    return new HubStats(
        figures.subscriptions(),
        figures.audiences(),
        figures.lagging(),
        published.now(),
        refused.now(),
        deliveredByType(),
        filtered,
        appends.now(),
        deliveries.now());
  }

  /// What was wrong with the payloads that were refused; only what occurred.
  public Map<HubStats.RefusedField, Long> refusedFields() {
    return refusedFields.now();
  }

  private Map<String, Long> deliveredByType() {
    // At least what the shards know, under the same numbers.
    TypeTable types = recent.types();
    Map<String, Long> byType = new HashMap<>();
    for (int type = -1; type < types.size(); type++) {
      long delivered = 0;
      for (Shard<?> shard : shards) {
        delivered += shard.delivered(type);
      }
      if (delivered > 0) {
        byType.put(type < 0 ? "" : types.nameOf(type), delivered);
      }
    }
    return byType;
  }
}
