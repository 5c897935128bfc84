package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the events out of the stream, in order and without a seam: a source for as long as it can be trusted, then another
/// after the position that was reached. Before each, [EpochKeeper] decides whether the stream is still the same; until then
/// nothing is sent or handed on. The source is a consumer, or the stream itself as long as none can be made.
///
/// It runs on a thread of its own, which owns all its state but what is marked.
final class StreamFollower implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamFollower.class);

  /// The most events that are handed on at once.
  private static final int MAX_GROUP = 1_024;

  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /// For so long a source may be idle while the stream has newer events: longer than they are on their way.
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// At most one line about the same thing in so long.
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Link link;
  private final JetStreamApi api;
  private final StreamSetup setup;
  private final JetStreamSettings settings;
  private final EventCodec codec;
  private final EpochKeeper keeper;
  private final Delivery delivery;
  private final Sender sender;
  private final StreamPages pages;
  private final Lag lag;
  private final Majority majority;
  private final ForeignParts foreign;
  private final ForeignWarning warning;

  // owned by the thread
  private final List<LoggedEvent> group = new ArrayList<>();
  private long[] numbers = new long[MAX_GROUP];
  private byte[] lastBody = new byte[0];
  private boolean suspected;
  private long idleAt = -1;
  private long idleNanos;
  private long doubtLoggedNanos = System.nanoTime() - LOG_NANOS;

  // written by the thread, read by any
  private volatile @Nullable String fault;
  private volatile boolean steady;

  // written by any, read by the thread
  private volatile boolean closed;
  private volatile boolean otherEpoch;
  private volatile boolean otherSettings;
  private volatile long head;

  StreamFollower(
      Link link,
      JetStreamApi api,
      StreamSetup setup,
      JetStreamSettings settings,
      EventCodec codec,
      EpochKeeper keeper,
      Delivery delivery,
      Sender sender,
      StreamPages pages,
      Lag lag,
      Majority majority,
      ForeignParts foreign,
      ForeignWarning warning) {
    this.link = link;
    this.api = api;
    this.setup = setup;
    this.settings = settings;
    this.codec = codec;
    this.keeper = keeper;
    this.delivery = delivery;
    this.sender = sender;
    this.pages = pages;
    this.lag = lag;
    this.majority = majority;
    this.foreign = foreign;
    this.warning = warning;
  }

  /// Whether the stream is followed at the moment.
  boolean isSteady() {
    return steady;
  }

  /// What keeps it from following, in words; `null` when nothing does.
  @Nullable String fault() {
    return fault;
  }

  /// The record of the epoch says another one: any thread.
  void suspectEpoch() {
    otherEpoch = true;
  }

  /// The stream is kept in another way than it was: any thread.
  void suspectSettings() {
    otherSettings = true;
  }

  /// The newest sequence of the stream, as its leader says now and then: any thread.
  void noteHead(long newest) {
    head = newest;
  }

  /// Ends the thread, which has to be interrupted as well.
  void close() {
    closed = true;
  }

  @Override
  public void run() {
    try {
      while (!closed) {
        followOnce();
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  private void followOnce() throws InterruptedException {
    long generation = link.generation();
    if (!link.isUp()) {
      suspend("NATS is not connected");
      Thread.sleep(PAUSE);
      return;
    }
    group.clear();
    try (StreamSource source = begin()) {
      fault = null;
      steady = true;
      idleAt = -1;
      sender.open();
      if (link.generation() != generation) {
        // It was lost after the look: what that has held up was let go on.
        source.suspect("the connection was lost");
      }
      follow(source, generation);
      note(source);
    } catch (EpochKeeper.UndecidedException e) {
      suspend(e.getMessage() == null ? "" : e.getMessage());
      if (e.isStreamGone() && settings.create()) {
        makeAgain();
      }
      Thread.sleep(PAUSE);
    } catch (RuntimeException | Error e) {
      LOG.atError().setCause(e).log("following the stream failed");
      suspend("following the stream failed: " + e.getMessage());
      Thread.sleep(PAUSE);
    }
  }

  private void suspend(String reason) {
    sender.hold();
    steady = false;
    fault = reason;
  }

  private void makeAgain() {
    try {
      setup.ensure();
    } catch (JetStreamOpenException e) {
      suspend(String.valueOf(e.getMessage()));
    }
  }

  private void note(StreamSource source) {
    sender.hold();
    steady = false;
    pages.endTerm();
    long now = System.nanoTime();
    if (!closed && now - doubtLoggedNanos >= LOG_NANOS) {
      doubtLoggedNanos = now;
      LOG.atInfo()
          .addKeyValue("after", delivery.newest())
          .addKeyValue("reason", source.doubt())
          .log("the stream is followed anew");
    }
  }

  /// Looks whether the epoch goes on, and begins to follow where the follower stands.
  private StreamSource begin() throws EpochKeeper.UndecidedException, InterruptedException {
    Delivery.Place place = delivery.place();
    if (otherEpoch) {
      otherEpoch = false;
      suspected = true;
    }
    otherSettings = false;
    EpochKeeper.Verdict verdict =
        keeper.check(place.epoch(), place.newest(), delivery.witness(), suspected);
    suspected = false;
    majority.note(verdict.info(), System.nanoTime());
    if (verdict.isNew()) {
      restart(verdict);
    }
    pages.beginTerm(verdict.info());
    long gone = verdict.info().first() - 1;
    if (gone > delivery.newest()) {
      // It was thrown away while nobody here followed, and nothing may come for long that shows it.
      delivery.lost(delivery.newest() + 1, gone);
    }
    return source(delivery.newest());
  }

  private StreamSource source(long after)
      throws EpochKeeper.UndecidedException, InterruptedException {
    Optional<StreamConsumer> consumer =
        StreamConsumer.open(link.connection(), api, settings.stream(), after, JetStreamApi.SOON);
    return consumer.isPresent()
        ? consumer.get()
        : new PolledStream(link.connection(), api, settings.stream(), after);
  }

  private void restart(EpochKeeper.Verdict verdict)
      throws EpochKeeper.UndecidedException, InterruptedException {
    StreamInfo info = verdict.info();
    StreamPages.Beginning beginning = pages.beginning(info);
    foreign.begin(verdict.foreign(), info);
    lag.restart(info.last());
    head = info.last();
    delivery.restarted(verdict.epoch(), info.last(), beginning.newest(), beginning.lastByType());
  }

  private void follow(StreamSource source, long generation) throws InterruptedException {
    while (!closed && source.doubt() == null) {
      StreamMessage message = source.next(LOOK);
      if (message != null) {
        gather(source, message);
      } else if (source.doubt() == null && source.isIdle()) {
        lag.note(delivery.newest(), 0, source.heardNanos());
        doubtOverdue(source);
      }
      if (link.generation() != generation) {
        source.suspect("the connection was lost");
      } else if (otherEpoch) {
        source.suspect("another gateway has begun a new epoch");
      } else if (otherSettings) {
        source.suspect("the settings of the stream have changed");
      }
    }
  }

  /// A server may say that it has nothing to deliver though its leader has: then another consumer is made.
  private void doubtOverdue(StreamSource source) {
    long newest = delivery.newest();
    long now = System.nanoTime();
    if (head <= newest || idleAt != newest) {
      idleAt = newest;
      idleNanos = now;
    } else if (now - idleNanos > OVERDUE_NANOS) {
      source.suspect("it has nothing after " + newest + ", and the stream has " + head);
    }
  }

  /// Takes all there is at the moment, and hands it on.
  private void gather(StreamSource source, StreamMessage first) throws InterruptedException {
    StreamMessage last = first;
    take(first);
    while (group.size() < MAX_GROUP) {
      StreamMessage message = source.poll();
      if (message == null) {
        break;
      }
      take(message);
      last = message;
    }
    handOn();
    lag.note(last.sequence(), last.pending(), System.nanoTime());
  }

  private void take(StreamMessage message) {
    long sequence = message.sequence();
    long expected = (group.isEmpty() ? delivery.newest() : group.getLast().sequence()) + 1;
    if (sequence < expected) {
      return;
    }
    EncodedEvent event = codec.event(message.subject(), message.body());
    if (sequence > expected || event == null) {
      handOn();
      delivery.lost(expected, event == null ? sequence : sequence - 1);
    }
    if (event == null) {
      foreign.add(sequence);
      warning.warn(message.subject(), sequence);
      return;
    }
    numbers[group.size()] = codec.number(message.header(EventCodec.ORIGIN));
    group.add(new LoggedEvent(sequence, event));
    lastBody = message.body();
  }

  private void handOn() {
    if (!group.isEmpty()) {
      List<LoggedEvent> events = List.copyOf(group);
      long[] own = Arrays.copyOf(numbers, group.size());
      group.clear();
      delivery.events(events, lastBody);
      sender.seen(events, own);
    }
  }
}
