package dev.tocsin.hub;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes [LatestEvents] whole that begin at a log with events: from the note beside it and from the log itself, while events
/// that come are noted already. The order does not matter, because of each key the greatest sequence counts.
///
/// Of types without a key the log knows the last event. Types whose key has changed since the note was written are read
/// anew, through the log's index of types; of the others only what came after it. Without a note that fits, all of the log is
/// read.
///
/// Runs on the index's thread. While the log cannot be read it tries again.
final class LatestStart {

  private static final Logger LOG = LoggerFactory.getLogger(LatestStart.class);

  private static final String UNREADABLE = "what is latest could not be read from the log";

  private static final int PAGE_EVENTS = 1_024;
  private static final int PAGE_BYTES = 1 << 20;
  private static final int KEYS_AT_A_TIME = 4_096;
  private static final long MIN_RETRY_MILLIS = 1_000;
  private static final long MAX_RETRY_MILLIS = 30_000;

  private final LatestEvents latest;
  private final EventLog log;
  private final ScheduledExecutorService executor;
  private final int life;
  private final long newest;
  private final NoteFormat.@Nullable Head head;
  private final List<Part> parts = new ArrayList<>();
  private boolean noteRead;
  private long retryMillis = MIN_RETRY_MILLIS;

  /// What is to be read of the log: some types, from a position on.
  private static final class Part {

    private final TypeFilter types;
    private long position;

    Part(TypeFilter types, long position) {
      this.types = types;
      this.position = position;
    }
  }

  /// @param newest how far the log is to be read
  /// @param head what the note that lies beside the log belongs to; `null` when there is none that fits
  LatestStart(
      LatestEvents latest,
      EventLog log,
      ScheduledExecutorService executor,
      int life,
      long newest,
      NoteFormat.@Nullable Head head) {
    this.latest = latest;
    this.log = log;
    this.executor = executor;
    this.life = life;
    this.newest = newest;
    this.head = head;
  }

  /// What the note beside a log belongs to; `null` when there is none, or none of this epoch up to `newest`.
  static NoteFormat.@Nullable Head head(EventLog log, String epoch, long newest) {
    LogNote place = log.note().orElse(null);
    if (place == null) {
      return null;
    }
    try {
      Optional<InputStream> note = place.open();
      if (note.isEmpty()) {
        return null;
      }
      try (InputStream in = note.get()) {
        NoteFormat.Head head = NoteFormat.head(in);
        return head != null && head.epoch().equals(epoch) && head.position() <= newest
            ? head
            : null;
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("the note of what is latest could not be read");
      return null;
    }
  }

  void begin() {
    try {
      executor.execute(this::run);
    } catch (RejectedExecutionException e) {
      LOG.atDebug().log("what is latest is not wanted any more");
    }
  }

  private void run() {
    long began = System.nanoTime();
    try {
      if (!noteRead) {
        plan(head != null && isOfThisLog(head) && load(head));
        noteRead = true;
      }
      for (Part part : parts) {
        if (!read(part)) {
          return;
        }
      }
      LOG.atDebug()
          .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))
          .log("what is latest is known");
      latest.becomeWhole(life);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | ExecutionException | RuntimeException e) {
      LOG.atDebug().setCause(e).log(UNREADABLE);
      retry();
    } catch (Error e) {
      // The executor would keep it to itself, and who asks for what is latest would wait for ever.
      LOG.atError().setCause(e).log(UNREADABLE);
      retry();
    }
  }

  private void retry() {
    try {
      executor.schedule(this::run, retryMillis, TimeUnit.MILLISECONDS);
      retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
    } catch (RejectedExecutionException e) {
      LOG.atDebug().log("the log is not read any more");
    }
  }

  /// Whether the event that the note remembers is that of this log, as far as it is still there.
  private boolean isOfThisLog(NoteFormat.Head note)
      throws InterruptedException, ExecutionException {
    if (note.witness() == 0) {
      return true;
    }
    Page page = log.readEach(new long[] {note.witness()}, 1).toCompletableFuture().get();
    return page.events().isEmpty() || NoteFormat.sum(page.events().getFirst()) == note.witnessSum();
  }

  /// What has to be read of the log.
  private void plan(boolean loaded) {
    Map<String, Long> lastByType = log.lastByType();
    Set<String> known = loaded ? loadedTypes : Set.of();
    Set<String> anew = new HashSet<>();
    Set<String> on = new HashSet<>();
    latest.during(
        life,
        log.state().oldest(),
        () -> {
          lastByType.forEach((type, last) -> {
            if (latest.keyOf(type) == null) {
              latest.typeNow(type).noteUnkeyed(Math.min(last, newest));
            } else {
              (known.contains(type) ? on : anew).add(type);
            }
          });
        });
    if (!anew.isEmpty()) {
      // All of a log are read faster one after another than through the index.
      parts.add(new Part(on.isEmpty() ? TypeFilter.ALL : TypeFilter.of(anew), 0));
    }
    if (!on.isEmpty() && head != null) {
      parts.add(new Part(TypeFilter.of(on), head.position()));
    }
  }

  private final Set<String> loadedTypes = new HashSet<>();

  /// Reads the note, if it is whole.
  private boolean load(NoteFormat.Head note) throws IOException {
    try {
      return readNote(note, new NoKeys()) && readNote(note, new Load());
    } catch (EOFException e) {
      return false;
    }
  }

  private boolean readNote(NoteFormat.Head expected, NoteFormat.Reader reader) throws IOException {
    Optional<InputStream> note = log.note().orElseThrow().open();
    if (note.isEmpty()) {
      return false;
    }
    try (InputStream in = note.get()) {
      return NoteFormat.read(in, expected, reader);
    }
  }

  /// Only looks whether the note is whole.
  private static final class NoKeys implements NoteFormat.Reader {
    @Override
    public void type(String type, String field, long unkeyed, long forgotten) {}

    @Override
    public void key(long high, long low, long sequence) {}

    @Override
    public void end() {}
  }

  /// Takes over what the note says of types whose key is what it was.
  private final class Load implements NoteFormat.Reader {

    private final long[] keys = new long[3 * KEYS_AT_A_TIME];
    private int count;
    private String type = "";
    private boolean wanted;

    @Override
    public void type(String name, String field, long unkeyed, long forgotten) {
      end();
      type = name;
      wanted = !field.isEmpty() && field.equals(latest.keyOf(name));
      if (wanted) {
        loadedTypes.add(name);
        latest.during(
            life,
            1,
            () -> {
              LatestKeys now = latest.typeNow(name);
              now.noteUnkeyed(unkeyed);
              now.noteForgotten(forgotten);
            });
      }
    }

    @Override
    public void key(long high, long low, long sequence) {
      if (!wanted) {
        return;
      }
      keys[count++] = high;
      keys[count++] = low;
      keys[count++] = sequence;
      if (count == keys.length) {
        end();
      }
    }

    @Override
    public void end() {
      if (count > 0) {
        latest.during(
            life,
            1,
            () -> {
              LatestKeys now = latest.typeNow(type);
              for (int i = 0; i < count; i += 3) {
                now.put(keys[i], keys[i + 1], keys[i + 2], 0);
              }
            });
        count = 0;
      }
    }
  }

  /// Reads a part to its end; not when the log has begun another life meanwhile.
  private boolean read(Part part) throws InterruptedException, ExecutionException {
    while (part.position < newest) {
      Page page =
          log.read(part.position, part.types, PAGE_EVENTS, PAGE_BYTES).toCompletableFuture().get();
      if (page.position() <= part.position) {
        return true;
      }
      List<LoggedEvent> events = page.events();
      if (!latest.addOlder(life, events, log.state().oldest())) {
        return false;
      }
      part.position = page.position();
      retryMillis = MIN_RETRY_MILLIS;
    }
    return true;
  }
}
