package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Looks regularly how the stream stands and whether the record of the epoch is still the same, which [EpochVoucher] keeps at
/// the newest event. Its tasks run on the timer's thread and on the library's.
final class StreamWatch {

  private static final Logger LOG = LoggerFactory.getLogger(StreamWatch.class);

  /// How often it looks. A stream that goes back by less than this while all gateways are away is not found out.
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// How often it tries at the end to write the record of the epoch.
  private static final int LAST_TRIES = 3;

  /// How far clocks may be apart.
  private static final Duration MAX_SKEW = Duration.ofSeconds(2);

  /// How often a wrong clock is told.
  private static final long SKEW_NANOS = TimeUnit.MINUTES.toNanos(10);

  private static final String FAILED = "watching the stream failed";

  private final JetStreamSettings settings;
  private final JetStreamApi api;
  private final EpochBucket bucket;
  private final EpochVoucher voucher;
  private final Delivery delivery;
  private final Sender sender;
  private final StreamBounds bounds;
  private final ForeignParts foreign;
  private final ForeignSearch search;
  private final StreamFollower follower;
  private final Majority majority;
  private final InstantSource clock;
  private final AtomicBoolean looking = new AtomicBoolean();

  // written by the tasks, of which one runs at a time
  private volatile StreamInfo info;
  private volatile long skewNanos = System.nanoTime() - SKEW_NANOS;

  StreamWatch(
      JetStreamSettings settings,
      JetStreamApi api,
      EpochVoucher voucher,
      EpochBucket bucket,
      Delivery delivery,
      Sender sender,
      StreamBounds bounds,
      ForeignParts foreign,
      ForeignSearch search,
      StreamFollower follower,
      Majority majority,
      InstantSource clock,
      StreamInfo info) {
    this.settings = settings;
    this.api = api;
    this.bucket = bucket;
    this.voucher = voucher;
    this.delivery = delivery;
    this.sender = sender;
    this.bounds = bounds;
    this.foreign = foreign;
    this.search = search;
    this.follower = follower;
    this.majority = majority;
    this.clock = clock;
    this.info = info;
  }

  void start(ScheduledExecutorService timer) {
    long tick = Sender.TICK.toMillis();
    timer.scheduleAtFixedRate(() -> guarded(this::tick), tick, tick, TimeUnit.MILLISECONDS);
    long look = LOOK.toMillis();
    timer.scheduleAtFixedRate(() -> guarded(this::look), look / 10, look, TimeUnit.MILLISECONDS);
  }

  /// A task that throws is not done again by the timer.
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.atError().setCause(e).log(FAILED);
    }
  }

  /// How the stream stood lately.
  StreamInfo info() {
    return info;
  }

  private void tick() {
    long now = System.nanoTime();
    sender.tick(now);
    delivery.expire(now);
  }

  private void look() {
    if (!follower.isSteady() || !looking.compareAndSet(false, true)) {
      return;
    }
    // What the question throws ends the look as well, and not the looking.
    CompletableFuture.completedStage(null)
        .thenCompose(begun -> api.ask("STREAM.INFO." + settings.stream(), null))
        .thenAccept(answer -> {
          if (answer instanceof Answer.Done(JsonNode json)) {
            noted(StreamInfo.of(json));
            if (StreamSetup.fault(settings, json.path("config")) != null) {
              follower.suspectSettings();
            }
          }
        })
        .thenCompose(done -> bucket.read())
        .thenCompose(this::compare)
        .whenComplete((done, failure) -> {
          looking.set(false);
          if (failure != null) {
            LOG.atError().setCause(failure).log(FAILED);
          }
        });
  }

  private void noted(StreamInfo now) {
    info = now;
    majority.note(now, System.nanoTime());
    if (follower.isSteady()) {
      follower.noteHead(now.last());
      bounds.note(now);
      delivery.forgetBefore(now.first());
      foreign.forgetBefore(now.first());
      search.goOn();
    }
    Instant told = now.time();
    if (told != null) {
      Duration skew = Duration.between(told, clock.instant());
      long nanos = System.nanoTime();
      if (skew.abs().compareTo(MAX_SKEW) > 0 && nanos - skewNanos >= SKEW_NANOS) {
        skewNanos = nanos;
        LOG.atWarn()
            .addKeyValue("seconds", skew.toMillis() / 1e3)
            .log("the clock of this machine is ahead of that of NATS, or behind it if negative");
      }
    }
  }

  private CompletionStage<?> compare(EpochBucket.Content content) {
    if (content instanceof EpochBucket.Content.Found(EpochRecord found)
        && found.epoch().equals(delivery.place().epoch())) {
      return follower.isSteady() ? voucher.look(found) : CompletableFuture.completedStage(false);
    }
    if (!(content instanceof EpochBucket.Content.Unknown)) {
      follower.suspectEpoch();
    }
    return CompletableFuture.completedStage(false);
  }

  /// Lets the newest event vouch for the epoch once more, also where another look is faster. Blocks for a moment.
  void close() {
    for (int i = 0; i < LAST_TRIES && follower.isSteady(); i++) {
      if (!(bucket.read().join() instanceof EpochBucket.Content.Found(EpochRecord found))
          || !found.epoch().equals(delivery.place().epoch())
          || !voucher.isBehind(found)
          || voucher.vouch(found).join()) {
        return;
      }
    }
  }
}
