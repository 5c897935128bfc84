package dev.tocsin.simulation;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.Follower;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A log that breaks its promises in one way.
final class BrokenLog extends ForwardingLog {

  /// Every so many sequences it does so.
  private static final int EVERY = 50;

  private final Fault fault;

  /// How it is broken.
  enum Fault {
    /// Hands two events on under each other's sequence.
    SWAPS,
    /// Neither hands an event on nor has it in a page, and says nothing.
    DROPS,
    /// Says nothing of what it has lost.
    HIDES_LOSSES,
    /// Stores each event twice.
    STORES_TWICE,
    /// Knows of no event from before.
    FORGETS_LAST,
    /// Pages keep no bound.
    LONG_PAGES,
    /// Acknowledges events under the next sequence.
    ACKNOWLEDGES_WRONGLY,
    /// Never answers a reading.
    NEVER_READS
  }

  BrokenLog(EventLog log, Fault fault) {
    super(log);
    this.fault = fault;
  }

  @Override
  public void follow(long after, Follower follower) {
    super.follow(after, new Broken(follower));
  }

  private final class Broken implements Follower {

    private final Follower follower;
    private final List<LoggedEvent> held = new ArrayList<>();

    Broken(Follower follower) {
      this.follower = follower;
    }

    @Override
    public void events(List<LoggedEvent> group) {
      List<LoggedEvent> broken =
          switch (fault) {
            case SWAPS -> swapped(group);
            case DROPS -> without(group);
            default -> group;
          };
      if (!broken.isEmpty()) {
        follower.events(broken);
      }
    }

    private List<LoggedEvent> swapped(List<LoggedEvent> group) {
      held.addAll(group);
      if (held.getLast().sequence() % EVERY == 0) {
        return List.of();
      }
      List<LoggedEvent> all = new ArrayList<>(held);
      held.clear();
      for (int i = 0; i + 1 < all.size(); i++) {
        LoggedEvent one = all.get(i);
        LoggedEvent other = all.get(i + 1);
        if (one.sequence() % EVERY == 0) {
          all.set(i, new LoggedEvent(one.sequence(), other.event()));
          all.set(i + 1, new LoggedEvent(other.sequence(), one.event()));
        }
      }
      return all;
    }

    @Override
    public void lost(long from, long to) {
      if (fault != Fault.HIDES_LOSSES) {
        follower.lost(from, to);
      }
    }

    @Override
    public void restarted(String epoch, long newest) {
      held.clear();
      follower.restarted(epoch, newest);
    }
  }

  private static List<LoggedEvent> without(List<LoggedEvent> events) {
    return events.stream().filter(event -> event.sequence() % EVERY != 0).toList();
  }

  @Override
  public CompletionStage<List<AppendResult>> append(List<Append> appends) {
    CompletionStage<List<AppendResult>> answer = super.append(appends);
    return switch (fault) {
      case STORES_TWICE -> {
        super.append(appends);
        yield answer;
      }
      case ACKNOWLEDGES_WRONGLY ->
          answer.thenApply(results -> results.stream().map(BrokenLog::next).toList());
      default -> answer;
    };
  }

  private static AppendResult next(AppendResult result) {
    return result instanceof AppendResult.Stored stored
        ? new AppendResult.Stored(stored.sequence() + 1, stored.timestamp())
        : result;
  }

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return switch (fault) {
      case NEVER_READS -> new CompletableFuture<>();
      case LONG_PAGES -> super.read(after, types, 8 * maxEvents, 8 * maxBytes);
      case DROPS ->
          super.read(after, types, maxEvents, maxBytes)
              .thenApply(page -> new Page(without(page.events()), page.lost(), page.position()));
      case HIDES_LOSSES ->
          super.read(after, types, maxEvents, maxBytes)
              .thenApply(page -> new Page(page.events(), page.position()));
      default -> super.read(after, types, maxEvents, maxBytes);
    };
  }

  @Override
  public Map<String, Long> lastByType() {
    return fault == Fault.FORGETS_LAST ? Map.of() : super.lastByType();
  }
}
