package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EncodingResult;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventEncoder;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Slice;
import dev.tocsin.events.Suggestions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

/// Joins the catalog, the log and the subscribers. There is one way in, [#publish], and one way out,
/// the [Shard]s.
///
/// Any thread may call anything.
public final class Hub {

  private static final System.Logger LOG = System.getLogger(Hub.class.getName());
  private static final Rejection BROKEN_DOWN =
      new Rejection(
          ErrorCode.INTERNAL_ERROR, "The server failed to validate the event; its log says why");

  private final EventEncoder encoder;
  private final EventLog log;
  private final TypeTable types;
  private final RecentEvents recent;
  private final LogPages pages;
  private final List<Shard<?>> shards = new CopyOnWriteArrayList<>();
  private final LongAdder published = new LongAdder();
  private final LongAdder rejected = new LongAdder();

  /// @param log the hub becomes its follower and the only one who appends to it; the caller closes it
  /// @param clock tells the timestamp of events that come without one
  /// @param recentBytes how many bytes of the newest events stay in memory for the shards
  /// @param reader runs what may block on the disk, one task at a time; the caller ends it
  public Hub(
      EventCatalog catalog, EventLog log, InstantSource clock, long recentBytes, Executor reader) {
    this.encoder = new EventEncoder(catalog, clock);
    this.log = log;
    this.types = new TypeTable(catalog, log.lastByType().keySet());
    this.recent = new RecentEvents(log, types, recentBytes);
    this.pages = new LogPages(log, reader);
    log.follow(recent.newest(), this::deliver);
  }

  private void deliver(List<LoggedEvent> group) {
    recent.add(group);
    published.add(group.size());
    shards.forEach(Shard::wake);
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

  CompletableFuture<List<PublishResult>> publish(
      List<EncodingResult> encoded, List<Append> accepted) {
    return accepted.isEmpty()
        ? CompletableFuture.completedFuture(results(encoded, List.of()))
        : log.append(accepted).thenApply(appended -> results(encoded, appended));
  }

  EncodingResult encodeGuarded(PublishCommand command, Suggestions.Budget suggestions) {
    try {
      return encode(command, suggestions);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.log(System.Logger.Level.ERROR, "an event could not be validated", e);
      return BROKEN_DOWN;
    }
  }

  private EncodingResult encode(PublishCommand command, Suggestions.Budget suggestions) {
    String key = command.idempotencyKey();
    if (key != null && !IdempotencyKey.isKey(key)) {
      return new Rejection(
          ErrorCode.INVALID_MESSAGE,
          "An idempotency key has 1 to " + IdempotencyKey.MAX_LENGTH + " characters");
    }
    Slice bytes = command.event();
    return encoder.encode(bytes.bytes(), bytes.offset(), bytes.length(), suggestions);
  }

  private List<PublishResult> results(List<EncodingResult> encoded, List<AppendResult> appended) {
    List<PublishResult> results = new ArrayList<>(encoded.size());
    Iterator<AppendResult> next = appended.iterator();
    int refused = 0;
    for (EncodingResult result : encoded) {
      PublishResult answer =
          switch (result) {
            case Rejection rejection -> new PublishResult.Refused(rejection);
            case EncodedEvent event -> result(next.next());
          };
      refused += isRefusedForWhatItSays(answer) ? 1 : 0;
      results.add(answer);
    }
    rejected.add(refused);
    return results;
  }

  private static boolean isRefusedForWhatItSays(PublishResult answer) {
    return answer instanceof PublishResult.Refused refused
        && !refused.rejection().code().isRetryable();
  }

  private static PublishResult result(AppendResult appended) {
    return switch (appended) {
      case AppendResult.Stored stored ->
          new PublishResult.Published(stored.sequence(), stored.timestamp());
      case AppendResult.Conflict conflict ->
          new PublishResult.Refused(
              new Rejection(
                  ErrorCode.IDEMPOTENCY_CONFLICT,
                  "The idempotency key was used before with another event"));
      case AppendResult.Unavailable unavailable ->
          new PublishResult.Refused(new Rejection(ErrorCode.UNAVAILABLE, unavailable.reason()));
    };
  }

  /// Makes a shard, which from now on is woken whenever there is something to deliver.
  ///
  /// @param owner the only thread that may use the shard
  /// @param output the way out for all audiences of the shard
  public <C> Shard<C> newShard(ShardOwner owner, ShardOutput<C> output) {
    Shard<C> shard = new Shard<>(types, recent, owner, output);
    shards.add(shard);
    // Whatever was appended while the shard was not yet in the list.
    shard.wake();
    return shard;
  }

  /// Lets go of a shard whose owner has ended.
  public void removeShard(Shard<?> shard) {
    shards.remove(shard);
  }

  /// The event types that can be published here.
  public EventCatalog catalog() {
    return encoder.catalog();
  }

  /// The log behind this hub.
  public EventLog log() {
    return log;
  }

  /// Pages of the log for those who are behind.
  public LogPages pages() {
    return pages;
  }

  /// What looks like a slip of the pen among patterns.
  public List<PatternWarning> warnings(List<EventPattern> patterns) {
    return types.warnings(patterns);
  }

  /// The same for one of the many lists of patterns of a turn, which share a budget of suggestions.
  public List<PatternWarning> warnings(
      List<EventPattern> patterns, Suggestions.Budget suggestions) {
    return types.warnings(patterns, suggestions);
  }

  /// The figures of this moment.
  public HubStats stats() {
    SubscriptionStats subscriptions = SubscriptionStats.NONE;
    long delivered = 0;
    for (Shard<?> shard : shards) {
      subscriptions = subscriptions.plus(shard.subscriptionStats());
      delivered += shard.delivered();
    }
    return new HubStats(subscriptions, published.sum(), rejected.sum(), delivered);
  }
}
