package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A log that can be copied and be a copy, as a list of events that a test can change. Of one thread.
public final class CopyableLog implements LogSource, LogTarget {

  private final NavigableMap<Long, CopiedEvent> events = new TreeMap<>();
  private final int pageEvents;
  private String identity = "one";
  private long oldest = 1;
  private long newest;
  private long position;
  private boolean finished;

  /// Is called before each page that is read of it.
  private Runnable beforePage = () -> {};

  /// @param pageEvents the most events of a page
  public CopyableLog(int pageEvents) {
    this.pageEvents = pageEvents;
  }

  /// Adds an event without a key after a number of sequences that have none.
  public CopyableLog add(long holes, String type) {
    return add(holes, type, null);
  }

  /// Adds an event after a number of sequences that have none.
  public CopyableLog add(long holes, String type, @Nullable CopiedKey key) {
    newest += holes + 1;
    return put(new CopiedEvent(newest, SampleEvents.event(type, "n-" + newest), time(newest), key));
  }

  /// When the event of a sequence was accepted.
  public static long time(long sequence) {
    return 1_700_000_000_000L + 1_000 * sequence;
  }

  /// Puts an event at its place, whatever is there.
  public CopyableLog put(CopiedEvent event) {
    events.put(event.sequence(), event);
    newest = Math.max(newest, event.sequence());
    return this;
  }

  public CopyableLog remove(long sequence) {
    events.remove(sequence);
    return this;
  }

  /// The newest sequence has no event, and some before it.
  public CopyableLog holesAtTheEnd(long count) {
    newest += count;
    return this;
  }

  /// What retention does.
  public CopyableLog trim(long newOldest) {
    oldest = newOldest;
    events.headMap(newOldest).clear();
    return this;
  }

  public CopyableLog named(String other) {
    identity = other;
    return this;
  }

  public void beforePage(Runnable action) {
    beforePage = action;
  }

  public List<CopiedEvent> events() {
    return List.copyOf(events.values());
  }

  public boolean isFinished() {
    return finished;
  }

  @Override
  public LogExtent extent() {
    return new LogExtent(identity, oldest, newest);
  }

  @Override
  public CopiedPage read(long after, long upTo) {
    beforePage.run();
    List<CopiedEvent> page = new ArrayList<>();
    for (CopiedEvent event : events.subMap(after, false, upTo, true).values()) {
      if (page.size() == pageEvents) {
        return new CopiedPage(page, page.getLast().sequence());
      }
      page.add(event);
    }
    return new CopiedPage(page, upTo);
  }

  @Override
  public long begin(LogExtent source) {
    position = Math.max(source.oldest() - 1, events.isEmpty() ? 0 : events.lastKey());
    return position;
  }

  @Override
  public void write(CopiedPage page) {
    for (CopiedEvent event : page.events()) {
      if (event.sequence() <= position) {
        throw new AssertionError(event + " comes after " + position);
      }
      put(event);
    }
    position = page.position();
  }

  @Override
  public void settle() {}

  @Override
  public String finish() {
    finished = true;
    return "new";
  }

  @Override
  public void close() {}
}
