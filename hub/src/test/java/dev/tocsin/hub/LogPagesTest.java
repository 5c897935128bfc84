package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LogPagesTest {

  private final InMemoryEventLog stored = new InMemoryEventLog("epoch", 1 << 29);
  private final CountedReads log = new CountedReads(stored);
  private final LogPages pages = new LogPages(log);

  private void append(int count, String type, int size) {
    Append append = new Append(SampleEvents.event(type, "x".repeat(size)), null);
    for (int left = count; left > 0; left -= 1_000) {
      stored.append(Collections.nCopies(Math.min(left, 1_000), append));
    }
  }

  /// Someone who reads on to the end, a step each time that it is his turn.
  private final class Crowd {

    private final Deque<Runnable> turns = new ArrayDeque<>();
    private int finished;

    void read(long after, TypeFilter filter) {
      pages.read(
          after,
          filter,
          new LogPages.Reader() {
            @Override
            public void page(LogPages.Lease lease) {
              turns.add(() -> {
                long position = Math.max(after, lease.page().position());
                lease.close();
                if (position < Logs.newest(stored)) {
                  read(position, filter);
                } else {
                  finished++;
                }
              });
            }

            @Override
            public void failed(Throwable failure, long retryMillis) {
              finished++;
            }
          });
    }

    void runAll() {
      for (Runnable turn = turns.poll(); turn != null; turn = turns.poll()) {
        turn.run();
      }
    }
  }

  @Test
  void aCrowdSpreadOverTheWholeLogNeedsHardlyMoreThanTwiceTheLog() {
    append(500_000, "a.a", 500);
    Crowd crowd = new Crowd();
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      crowd.read(random.nextLong(500_000), TypeFilter.ALL);
    }
    crowd.runAll();

    assertThat(crowd.finished).isEqualTo(5_000);
    assertThat(log.events()).isLessThan(500_000 / 10 * 21);
  }

  @Test
  void keepsPagesByWhatTheyWeigh() {
    append(2_000, "a.a", 60_000);
    Crowd crowd = new Crowd();
    crowd.read(0, TypeFilter.ALL);
    crowd.runAll();
    assertThat(pages.keptBytes()).isBetween(LogPages.KEPT_BYTES / 2, LogPages.KEPT_BYTES);

    int read = log.pages();
    crowd.read(1_990, TypeFilter.ALL);
    crowd.runAll();
    assertThat(log.pages()).as("the latest are there").isEqualTo(read);
  }

  @Test
  void aReaderThatFailsKeepsNobodyWaiting() {
    append(100 * LogPages.PAGE_EVENTS, "a.a", 10);
    for (int i = 0; i < 2 * LogPages.MAX_LENT; i++) {
      pages.read(
          i * (long) LogPages.PAGE_EVENTS,
          TypeFilter.ALL,
          new LogPages.Reader() {
            @Override
            public void page(LogPages.Lease lease) {
              throw new OutOfMemoryError("for the test");
            }

            @Override
            public void failed(Throwable failure, long retryMillis) {
              throw new AssertionError(failure);
            }
          });
    }
    log.failure = new IllegalStateException("for the test");
    pages.read(
        90 * (long) LogPages.PAGE_EVENTS,
        TypeFilter.ALL,
        new LogPages.Reader() {
          @Override
          public void page(LogPages.Lease lease) {
            throw new AssertionError();
          }

          @Override
          public void failed(Throwable failure, long retryMillis) {
            throw new OutOfMemoryError("for the test");
          }
        });
    log.failure = null;

    Crowd crowd = new Crowd();
    crowd.read(0, TypeFilter.ALL);
    crowd.runAll();

    assertThat(crowd.finished).isEqualTo(1);
  }

  @Test
  void readsNothingMoreWhileManyPagesHaveNotBeenTaken() {
    append(100 * LogPages.PAGE_EVENTS, "a.a", 10);
    List<LogPages.Lease> held = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      pages.read(
          i * (long) LogPages.PAGE_EVENTS,
          TypeFilter.ALL,
          new LogPages.Reader() {
            @Override
            public void page(LogPages.Lease lease) {
              held.add(lease);
            }

            @Override
            public void failed(Throwable failure, long retryMillis) {
              throw new AssertionError(failure);
            }
          });
    }
    assertThat(held).hasSize(LogPages.MAX_LENT);

    held.getFirst().close();
    held.getFirst().close();
    assertThat(held).hasSize(LogPages.MAX_LENT + 1);
    for (int i = 1; i < held.size(); i++) {
      held.get(i).close();
    }
    assertThat(held).hasSize(100);
  }

  @Test
  void readsOfARareTypeOnlyItsEvents() {
    append(1, "a.rare", 10);
    append(200_000, "a.common", 10);
    append(1, "a.rare", 10);
    Crowd crowd = new Crowd();
    crowd.read(0, TypeFilter.of(Set.of("a.rare")));
    crowd.runAll();

    assertThat(crowd.finished).isEqualTo(1);
    assertThat(log.events()).isEqualTo(2);
  }

  @Test
  void thoseOfOtherTypesTakeTurnsWithALongReplay() {
    append(50 * LogPages.PAGE_EVENTS, "a.common", 10);
    append(1, "a.rare", 10);
    List<String> order = new ArrayList<>();
    TypeFilter rare = TypeFilter.of(Set.of("a.rare"));
    CompletableFuture<Boolean> allHaveAsked = new CompletableFuture<>();
    LogPages late = new LogPages(answeringAfter(allHaveAsked));
    List<LogPages.Lease> leases = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 20; i++) {
      late.read(i * (long) LogPages.PAGE_EVENTS, TypeFilter.ALL, recorder("all", order, leases));
    }
    late.read(0, rare, recorder("rare", order, leases));
    allHaveAsked.complete(true);
    while (leases.size() < 21) {
      Thread.onSpinWait();
    }

    assertThat(order.indexOf("rare")).isBetween(0, 3);
  }

  private EventLog answeringAfter(CompletableFuture<Boolean> begin) {
    return new ForwardingLog(new LateLog(stored)) {
      @Override
      public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
        return begin.thenCompose(begun -> super.read(after, types, maxEvents, maxBytes));
      }
    };
  }

  private static LogPages.Reader recorder(
      String name, List<String> order, List<LogPages.Lease> leases) {
    return new LogPages.Reader() {
      @Override
      public void page(LogPages.Lease lease) {
        order.add(name);
        leases.add(lease);
      }

      @Override
      public void failed(Throwable failure, long retryMillis) {
        throw new AssertionError(failure);
      }
    };
  }

  @Test
  void forgetsWhatWasOfAnotherEpoch() {
    append(10, "a.a", 10);
    Crowd crowd = new Crowd();
    crowd.read(0, TypeFilter.ALL);
    crowd.runAll();
    pages.forget();
    assertThat(pages.keptBytes()).isZero();

    crowd.read(0, TypeFilter.ALL);
    crowd.runAll();
    assertThat(log.pages()).isEqualTo(2);
  }

  /// The events of the page that follows a position.
  private List<LoggedEvent> eventsAfter(long position) {
    List<LoggedEvent> events = new ArrayList<>();
    pages.read(
        position,
        TypeFilter.ALL,
        new LogPages.Reader() {
          @Override
          public void page(LogPages.Lease lease) {
            events.addAll(lease.page().events());
            lease.close();
          }

          @Override
          public void failed(Throwable failure, long retryMillis) {
            throw new AssertionError(failure);
          }
        });
    return events;
  }

  @Test
  void whatTheLogHasDeletedIsNotHandedOutFromMemory() {
    append(6, "a.a", 1_000);
    assertThat(eventsAfter(0)).extracting(LoggedEvent::sequence).startsWith(1L);
    for (int i = 0; i < 600; i++) {
      append(1_000, "a.a", 1_000);
    }
    long oldest = stored.state().oldest();
    assertThat(oldest).isGreaterThan(6);

    for (long after : List.of(0L, 3L)) {
      assertThat(eventsAfter(after)).first().extracting(LoggedEvent::sequence).isEqualTo(oldest);
    }
    // From here on nothing is deleted: what was read serves the next one too.
    int read = log.pages();
    eventsAfter(0);
    assertThat(log.pages()).isEqualTo(read);
  }

  @Test
  void failsOnlyWhoAskedForWhatCannotBeRead() {
    append(10, "a.a", 10);
    log.failure = new IllegalStateException("unreadable");
    Crowd crowd = new Crowd();
    crowd.read(0, TypeFilter.ALL);
    assertThat(crowd.finished).isEqualTo(1);

    log.failure = null;
    crowd.read(0, TypeFilter.ALL);
    crowd.runAll();
    assertThat(crowd.finished).isEqualTo(2);
  }
}
