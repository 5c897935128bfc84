package dev.tocsin.hub;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is the case now: of each event type, and of each key that its schema names ([dev.tocsin.events.Key]), the sequence of
/// the newest event.
///
/// The hub's follower notes each event before any shard hears of it, so the index is never behind a connection. It holds
/// sequences alone; the events are read from memory or from the log. After a restart it comes from a note beside the log and
/// from what the log has after it ([LatestStart]); until it is whole, who asks waits.
///
/// It holds [#MAX_KEYS] keys at the most. Beyond them the type that has the most loses an eighth of its keys, the oldest, and
/// whoever asks for that type is told up to where.
///
/// Any thread may ask. Its lock is held for noting a group of events and for taking a view, which copies no entries;
/// choosing among them is done by a thread of its own.
public final class LatestEvents implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LatestEvents.class);

  /// How many keys are remembered, of all types together.
  public static final int MAX_KEYS = 1_000_000;

  private static final int FORGOTTEN_PART = 8;

  /// After so many events the number of keys is looked at.
  private static final int EVENTS_A_CHECK = 1_024;

  private final EventCatalog catalog;
  private final EventLog log;
  private final int maxKeys;
  private final ScheduledExecutorService executor;
  private final LatestNote note;
  private final ReentrantLock lock = new ReentrantLock();

  // guarded by lock
  private final Map<String, LatestKeys> types = new HashMap<>();

  /// How many keys of each type were forgotten because there were too many; no more types than the catalogs that wrote the
  /// log had.
  private final Map<String, Long> dropped = new HashMap<>();

  private KeyHash hash = newHash();
  private String epoch = "";
  private long position;
  private @Nullable LoggedEvent newest;
  private long gone;
  private int life;

  /// Events that were noted since the number of keys was looked at.
  private int unchecked;

  private CompletableFuture<Void> whole = new CompletableFuture<>();

  /// The index at one moment. Immutable.
  ///
  /// @param newest the event that was noted last; `null` when there was none since the start
  record View(
      String epoch,
      long position,
      @Nullable LoggedEvent newest,
      long secret0,
      long secret1,
      List<LatestKeys.View> types) {}

  /// What was chosen.
  ///
  /// @param epoch the log's
  /// @param position the index as it was when this was the newest sequence
  /// @param sequences the newest event of each key that was asked for, ascending
  /// @param more whether there are others, above these, or below them when the newest were asked for
  /// @param forgotten types that were asked for, and up to where keys of theirs were forgotten
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  public record Chosen(
      String epoch, long position, long[] sequences, boolean more, Map<String, Long> forgotten) {}

  /// How the index stands.
  ///
  /// @param keys how many it holds
  /// @param maxKeys how many it may hold
  /// @param dropped how many it has forgotten since it was made because there were too many, by type
  /// @param forgotten types, and up to where keys of theirs were forgotten
  /// @param whole whether it is; else it is still being read from the log
  public record Figures(
      long keys,
      int maxKeys,
      Map<String, Long> dropped,
      Map<String, Long> forgotten,
      boolean whole) {

    public Figures {
      dropped = Map.copyOf(dropped);
    }
  }

  /// @param executor runs what takes longer than an event; ended by [#close]
  LatestEvents(EventCatalog catalog, EventLog log, ScheduledExecutorService executor, int maxKeys) {
    this.catalog = catalog;
    this.log = log;
    this.executor = executor;
    this.maxKeys = maxKeys;
    this.note = new LatestNote(log.note().orElse(null), executor, this, log);
  }

  private static KeyHash newHash() {
    SecureRandom random = new SecureRandom();
    return new KeyHash(random.nextLong(), random.nextLong());
  }

  /// Begins at the position of a log that was opened, before it is followed. Looks for a note beside it.
  void begin(String newEpoch, long newestSequence) {
    begin(newEpoch, newestSequence, LatestStart.head(log, newEpoch, newestSequence));
  }

  /// Begins anew, because the log has begun a new epoch. By the log's follower.
  void restart(String newEpoch, long newestSequence) {
    begin(newEpoch, newestSequence, null);
  }

  private void begin(String newEpoch, long newestSequence, NoteFormat.@Nullable Head head) {
    LatestStart start;
    lock.lock();
    try {
      life++;
      types.clear();
      // Events that come before the note has been read are hashed as its keys were.
      hash = head == null ? newHash() : new KeyHash(head.secret0(), head.secret1());
      epoch = newEpoch;
      position = newestSequence;
      newest = null;
      gone = 0;
      if (whole.isDone()) {
        whole = new CompletableFuture<>();
      }
      if (newestSequence == 0) {
        whole.complete(null);
        return;
      }
      start = new LatestStart(this, log, executor, life, newestSequence, head);
    } finally {
      lock.unlock();
    }
    start.begin();
  }

  /// Takes the next events, each above the one before. By the log's follower.
  void add(List<LoggedEvent> events) {
    lock.lock();
    try {
      for (LoggedEvent event : events) {
        keysOf(event.event().type()).note(event, hash, gone);
      }
      newest = events.getLast();
      position = newest.sequence();
      unchecked += events.size();
      if (unchecked >= EVENTS_A_CHECK) {
        unchecked = 0;
        // The log may be asked: its follower holds whatever locks it has.
        makeRoom(() -> log.state().oldest());
      }
    } finally {
      lock.unlock();
    }
    note.changed(events.size());
  }

  /// Goes on after events that can never be had. By the log's follower.
  void skip(long to) {
    lock.lock();
    try {
      position = to;
    } finally {
      lock.unlock();
    }
  }

  private LatestKeys keysOf(String type) {
    LatestKeys known = types.get(type);
    return known == null ? newKeys(type) : known;
  }

  private LatestKeys newKeys(String type) {
    LatestKeys made = new LatestKeys(type, keyOf(type));
    types.put(type, made);
    return made;
  }

  /// The field that is the key of a type; `null` when it has none, or nobody here knows it.
  @Nullable String keyOf(String type) {
    return catalog
        .find(type)
        .map(EventType::payload)
        .flatMap(payload -> payload.keyField())
        .orElse(null);
  }

  /// Forgets keys when there are too many.
  ///
  /// @param oldest the oldest sequence of the log
  private void makeRoom(LongSupplier oldest) {
    if (size() <= maxKeys) {
      return;
    }
    gone = Math.max(gone, oldest.getAsLong() - 1);
    types.values().forEach(keys -> keys.forgetGone(gone));
    int enough = maxKeys - maxKeys / (2 * FORGOTTEN_PART);
    while (size() > enough) {
      LatestKeys largest =
          types.values().stream().max(Comparator.comparingInt(LatestKeys::size)).orElseThrow();
      boolean first = largest.forgotten() <= gone;
      long before = largest.size();
      largest.forgetOldest(FORGOTTEN_PART);
      dropped.merge(largest.type(), before - largest.size(), Long::sum);
      if (first) {
        LOG.atWarn()
            .addKeyValue("type", largest.type())
            .addKeyValue("key", largest.field())
            .addKeyValue("bound", maxKeys)
            .log(
                "there are too many keys: the oldest of this type are forgotten, and latest answers"
                    + " say so");
      }
    }
  }

  private long size() {
    long size = 0;
    for (LatestKeys keys : types.values()) {
      size += keys.size();
    }
    return size;
  }

  /// Notes older events, which the log had before the index began.
  ///
  /// @param ofLife the life they belong to
  /// @return whether that life still goes on
  boolean addOlder(int ofLife, List<LoggedEvent> events, long oldest) {
    return during(
        ofLife,
        oldest,
        () -> {
          for (LoggedEvent event : events) {
            keysOf(event.event().type()).note(event, hash, gone);
          }
        });
  }

  /// Does something while a life still goes on.
  ///
  /// @return whether it does
  boolean during(int ofLife, long oldest, Runnable step) {
    lock.lock();
    try {
      if (life != ofLife) {
        return false;
      }
      gone = Math.max(gone, oldest - 1);
      step.run();
      makeRoom(() -> oldest);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// For [LatestStart], within [#during]: what is the latest of one type.
  LatestKeys typeNow(String type) {
    return keysOf(type);
  }

  /// The index is whole now.
  void becomeWhole(int ofLife) {
    lock.lock();
    try {
      if (life == ofLife) {
        whole.complete(null);
      }
    } finally {
      lock.unlock();
    }
    note.writeSoon();
  }

  /// The index of this moment; `null` while it is not whole.
  @Nullable View view() {
    lock.lock();
    try {
      if (!whole.isDone()) {
        return null;
      }
      List<LatestKeys.View> views = new ArrayList<>(types.size());
      types.values().forEach(keys -> views.add(keys.view()));
      return new View(epoch, position, newest, hash.secret0(), hash.secret1(), views);
    } finally {
      lock.unlock();
    }
  }

  /// Chooses the newest event of each key, of all that the log still has.
  ///
  /// @param wanted the types
  /// @param after only those after this position
  /// @param upTo only those up to this one; a key whose newest event is after it has none
  /// @param max how many at the most
  /// @param newestOnes whether of too many the newest are chosen; else the oldest
  /// @return completed as soon as the index is whole
  public CompletionStage<Chosen> choose(
      TypeFilter wanted, long after, long upTo, int max, boolean newestOnes) {
    return whole()
        .thenApplyAsync(done -> choose(wanted, new Choice(after, upTo, max, newestOnes)), executor);
  }

  private CompletableFuture<Void> whole() {
    lock.lock();
    try {
      return whole;
    } finally {
      lock.unlock();
    }
  }

  private Chosen choose(TypeFilter wanted, Choice choice) {
    long oldest = log.state().oldest();
    View view = view();
    if (view == null) {
      // The log has just begun a new epoch.
      throw new IllegalStateException("what is latest is not known yet");
    }
    Map<String, Long> forgotten = new TreeMap<>();
    for (LatestKeys.View type : view.types) {
      if (wanted.takes(type.type())) {
        long above = Math.max(Math.max(oldest - 1, type.forgotten()), choice.after());
        type.keys().forEach(above, (high, low, sequence) -> choice.add(sequence));
        if (type.unkeyed() > Math.max(oldest - 1, choice.after())) {
          choice.add(type.unkeyed());
        }
        if (type.forgotten() >= oldest) {
          forgotten.put(type.type(), type.forgotten());
        }
      }
    }
    return new Chosen(view.epoch, view.position, choice.chosen(), choice.isMore(), forgotten);
  }

  /// How the index stands now.
  public Figures figures() {
    long oldest = log.state().oldest();
    lock.lock();
    try {
      Map<String, Long> forgotten = new TreeMap<>();
      types.forEach((type, keys) -> {
        if (keys.forgotten() >= oldest) {
          forgotten.put(type, keys.forgotten());
        }
      });
      return new Figures(size(), maxKeys, dropped, forgotten, whole.isDone());
    } finally {
      lock.unlock();
    }
  }

  /// Ends its thread and leaves a note beside the log, which has to be open still. Waits until that is done.
  @Override
  public void close() {
    executor.shutdown();
    note.write();
  }
}
