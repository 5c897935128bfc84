package dev.tocsin.jetstream;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.LogFigures;
import dev.tocsin.hub.LogNote;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.NoteFile;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.SharedLogFigures;
import dev.tocsin.hub.TypeFilter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A log in one JetStream stream, which any number of gateways share. The stream's sequences are the events'.
///
/// An acknowledged event is where JetStream keeps its stream: on as many servers as there are replicas. While NATS is away,
/// events are refused after ten seconds, and what memory holds can be read.
public final class JetStreamEventLog implements EventLog {

  /// How long the follower's thread may take to end.
  private static final Duration END = Duration.ofSeconds(5);

  /// How long what is in flight may take while nobody is there to answer it.
  private static final Duration END_AWAY = Duration.ofMillis(500);

  private final JetStreamSettings settings;
  private final String gateway;
  private final @Nullable NoteLock notes;
  private final @Nullable NoteFile note;
  private final @Nullable HeadNote headNote;
  private final Link link;
  private final Delivery delivery;
  private final Sender sender;
  private final StreamPages pages;
  private final StreamBounds bounds;
  private final StreamFollower follower;
  private final StreamWatch watch;
  private final Lag lag;
  private final Majority majority;
  private final AwaitedEpochs awaitedEpochs;
  private final Thread thread;
  private final ScheduledThreadPoolExecutor timer;
  private final AtomicBoolean closed = new AtomicBoolean();

  private JetStreamEventLog(
      JetStreamSettings settings,
      String gateway,
      @Nullable NoteLock notes,
      Link link,
      ScheduledThreadPoolExecutor timer,
      InstantSource clock)
      throws JetStreamOpenException, EpochKeeper.UndecidedException, InterruptedException {
    this.settings = settings;
    this.gateway = gateway;
    this.notes = notes;
    this.note = notes == null ? null : new NoteFile(notes.place("latest-"));
    this.headNote = notes == null ? null : new HeadNote(notes.place("newest-"));
    this.link = link;
    this.timer = timer;
    JetStreamApi api = new JetStreamApi(link.connection());
    StreamSetup setup = new StreamSetup(settings, link, api);
    setup.checkServer();
    setup.ensure();
    EpochBucket bucket = new EpochBucket(settings, api);
    bucket.check();
    PermissionCheck permissions = new PermissionCheck(settings, link, api);
    permissions.checkPublishing();
    permissions.checkReading();
    permissions.checkListening();
    DurabilityCheck.check(settings, link.connection().getServers(), DurabilityCheck.PORT);
    EventCodec codec = new EventCodec(settings.prefix(), gateway);
    ForeignParts foreign = new ForeignParts();
    EpochKeeper keeper =
        new EpochKeeper(
            settings,
            api,
            bucket,
            new SecureRandom(),
            foreign,
            config -> StreamSetup.fault(settings, config));
    EpochKeeper.Verdict verdict =
        begin(keeper, headNote == null ? null : headNote.read().orElse(null));
    StreamInfo info = verdict.info();
    foreign.begin(verdict.foreign(), info);
    this.delivery = new Delivery(verdict.epoch(), info.last());
    this.lag = new Lag(System.nanoTime());
    this.majority = new Majority(System.nanoTime());
    DirectGet direct = new DirectGet(link.connection(), codec, settings.stream());
    direct.start();
    this.bounds = new StreamBounds(api, settings.stream());
    StreamLeader leader = new StreamLeader(api, settings.stream());
    StreamRanges ranges =
        new StreamRanges(delivery, direct, bounds, leader, new Terms(link), codec, foreign);
    StreamTypes types = new StreamTypes(direct, api, codec, settings.stream());
    this.pages = new StreamPages(delivery, leader, ranges, bounds, types, foreign);
    pages.beginTerm(info);
    StreamPages.Beginning beginning = pages.beginning(info);
    delivery.noteLast(beginning.lastByType());
    delivery.begin(beginning.newest());
    ForeignWarning warning = new ForeignWarning();
    FirstUse firstUse = new FirstUse(leader, codec);
    this.sender =
        new Sender(
            new EventChannel(link.connection(), api, codec),
            firstUse,
            new SendWindow(),
            settings.idempotencyWindow(),
            timer,
            this::fault);
    sender.start();
    this.follower =
        new StreamFollower(
            link, api, setup, settings, codec, keeper, delivery, sender, pages, lag, majority,
            foreign, warning);
    this.watch =
        new StreamWatch(
            settings,
            api,
            new EpochVoucher(bucket, delivery, foreign),
            bucket,
            delivery,
            sender,
            bounds,
            foreign,
            new ForeignSearch(ranges, foreign, warning),
            follower,
            majority,
            clock,
            info);
    this.awaitedEpochs =
        new AwaitedEpochs(bucket, delivery::toldEpoch, follower::suspectEpoch, timer);
    this.thread = Thread.ofPlatform().name("tocsin-jetstream-follow").daemon().start(follower);
    link.whenChanged(this::linkChanged);
    link.whenForbidden(sender::forbidden);
    watch.start(timer);
    if (headNote != null) {
      headNote.start(delivery);
    }
  }

  private static EpochKeeper.Verdict begin(EpochKeeper keeper, HeadNote.@Nullable Known noted)
      throws EpochKeeper.UndecidedException, InterruptedException {
    long end = System.nanoTime() + Link.PATIENCE.toNanos();
    while (true) {
      try {
        return keeper.begin(noted);
      } catch (EpochKeeper.UndecidedException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  /// Opens the log, and makes its stream where there is none. Blocks: [Link#PATIENCE] and some more at most.
  ///
  /// @param clock is compared with that of NATS
  public static JetStreamEventLog open(JetStreamSettings settings, InstantSource clock)
      throws JetStreamOpenException {
    return open(settings, null, clock);
  }

  /// As [#open(JetStreamSettings, InstantSource)], with a place for notes of this gateway's.
  ///
  /// @param folder of this gateway alone, where `latest-`, `newest-` and `lock-` with the prefix are its files; `null` for none
  public static JetStreamEventLog open(
      JetStreamSettings settings, @Nullable Path folder, InstantSource clock)
      throws JetStreamOpenException {
    byte[] name = new byte[6];
    new SecureRandom().nextBytes(name);
    String gateway = HexFormat.of().formatHex(name);
    Link link = Link.open(settings, gateway);
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("tocsin-jetstream-watch").daemon().factory());
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    NoteLock notes = folder == null ? null : NoteLock.take(folder, settings.prefix());
    boolean open = false;
    try {
      JetStreamEventLog log = new JetStreamEventLog(settings, gateway, notes, link, timer, clock);
      open = true;
      return log;
    } catch (EpochKeeper.UndecidedException e) {
      PermissionCheck.tell(link);
      throw new JetStreamOpenException(
          "The epoch of the log cannot be told: "
              + e.getMessage()
              + ". See whether enough servers of the cluster run",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JetStreamOpenException("The start was interrupted", e);
    } finally {
      if (!open) {
        timer.shutdownNow();
        link.close();
        if (notes != null) {
          notes.close();
        }
      }
    }
  }

  private void linkChanged() {
    if (!link.isUp()) {
      sender.hold();
      pages.endTerm();
    }
  }

  /// Why nothing can be appended, in words; `null` when it can.
  private @Nullable String fault() {
    if (closed.get()) {
      return Sender.CLOSED;
    }
    if (link.isGone()) {
      return "NATS does not let this gateway in any more: see whether its credentials are known"
          + " there, and start it again";
    }
    if (!link.isUp()) {
      return "NATS is not connected: events wait for ten seconds, then they are refused";
    }
    String refusal = sender.refusal();
    if (refusal != null) {
      return refusal;
    }
    String reason = silence();
    String violation = reason == null ? null : link.recentViolation();
    return violation == null ? reason : PermissionCheck.words(violation);
  }

  /// What is wrong although NATS is connected, as far as can be seen from here.
  private @Nullable String silence() {
    String reason = follower.fault();
    if (reason != null) {
      return "JetStream cannot be followed: " + reason;
    }
    return (sender.isStalled() && follower.isSteady()) || majority.isMissing(System.nanoTime())
        ? "JetStream does not take events at the moment: its stream has no leader, or not enough"
            + " servers"
        : null;
  }

  @Override
  public boolean isAlive() {
    return !link.isGone();
  }

  @Override
  public LogState state() {
    Delivery.Place place = delivery.place();
    String fault = fault();
    return new LogState(
        place.epoch(),
        Math.min(bounds.oldest(), place.newest() + 1),
        place.newest(),
        Optional.ofNullable(fault),
        List.of(),
        fault == null ? Optional.ofNullable(trouble()) : Optional.empty());
  }

  private @Nullable String trouble() {
    double seconds = lagSeconds();
    return seconds > SharedLogFigures.MAX_LAG_SECONDS
        ? String.format(Locale.ROOT, "This gateway is behind the log by %.1f seconds", seconds)
        : null;
  }

  /// Where no majority is heard, nobody knows where the head is.
  private double lagSeconds() {
    long now = System.nanoTime();
    return Math.max(lag.seconds(now), majority.missingSeconds(now));
  }

  @Override
  public LogFigures figures() {
    double seconds = lagSeconds();
    StreamInfo info = watch.info();
    return new LogFigures(
        "jetstream",
        info.bytes(),
        Optional.of(settings.power() ? Durability.POWER : Durability.PROCESS),
        Optional.of(
            new SharedLogFigures(
                gateway,
                settings.addresses(),
                info.leader().filter(leader -> !majority.isMissing(System.nanoTime())),
                info.replicas(),
                lag.events(),
                seconds,
                sender.durations(),
                sender.inFlight(),
                link.reconnects(),
                sender.uncertain(),
                fault() == null && seconds <= SharedLogFigures.MAX_LAG_SECONDS)));
  }

  @Override
  public Map<String, Long> lastByType() {
    return delivery.lastByType();
  }

  @Override
  public CompletableFuture<List<AppendResult>> append(List<Append> appends) {
    return sender.append(appends);
  }

  @Override
  public CompletableFuture<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return pages.read(after, types, maxEvents, maxBytes);
  }

  @Override
  public CompletableFuture<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    return pages.readBack(before, types, maxEvents, maxBytes);
  }

  @Override
  public CompletableFuture<Page> readEach(long[] sequences, int maxBytes) {
    return pages.readEach(sequences, maxBytes);
  }

  @Override
  public Optional<LogNote> note() {
    return Optional.ofNullable(note);
  }

  @Override
  public CompletableFuture<Long> positionAt(Instant time) {
    return pages.positionAt(time);
  }

  /// Reads what the new follower misses, and waits for it.
  @Override
  public void follow(long after, Follower newFollower) {
    delivery.follow(
        after,
        newFollower,
        position -> {
          try {
            return pages
                .read(position, TypeFilter.ALL, StreamRanges.MAX_BATCH, StreamRanges.MAX_BYTES)
                .join();
          } catch (CompletionException e) {
            throw new IllegalStateException("cannot read the log after " + position, e);
          }
        });
  }

  @Override
  public CompletableFuture<Long> reach(long sequence, Duration atMost) {
    return delivery.reach(sequence, atMost, System.nanoTime());
  }

  @Override
  public CompletableFuture<String> awaitEpoch(String epoch, Duration atMost) {
    return awaitedEpochs.await(epoch, atMost);
  }

  /// Waits for what is in flight until the follower has met it, but not for a NATS that is away.
  @Override
  public void giveUp() {
    sender.close(Duration.ZERO);
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (note != null) {
      note.close();
    }
    sender.close(sender.isStalled() ? END_AWAY : Sender.PATIENCE);
    Duration rest = sender.isStalled() ? END_AWAY : END;
    reach(sender.newestStored(), rest).completeOnTimeout(0L, rest.toMillis(), MILLISECONDS).join();
    watch.close();
    follower.close();
    thread.interrupt();
    try {
      thread.join(END);
      timer.shutdownNow();
      timer.awaitTermination(END.toMillis(), MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (headNote != null) {
      headNote.close();
    }
    delivery.close();
    link.close();
    if (notes != null) {
      notes.close();
    }
  }
}
