package dev.tocsin.testkit;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.hub.HubStats;
import dev.tocsin.server.Following;
import dev.tocsin.server.TocsinServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a hub has delivered since the test began: a subscriber of everything, whom a test can ask.
///
/// An event that was waited for is taken: the next wait finds the next one. Any thread may call.
public final class HeardEvents {

  /// How long is waited unless it is said otherwise, in milliseconds.
  public static final long AWAIT_MILLIS = 10_000;

  /// How many events are kept; older ones are forgotten.
  public static final int MAX_KEPT = 10_000;

  /// How many of the other events a failure shows.
  private static final int SHOWN = 20;

  /// How much of an event a failure shows, in characters.
  private static final int SHOWN_CHARACTERS = 300;

  private final TocsinServer server;
  private final Duration patience;
  private final Following following;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();

  // guarded by lock
  private final List<Heard> heard = new ArrayList<>();
  private long forgotten;

  private static final class Heard {

    final WebSocketEvent event;
    boolean taken;

    Heard(WebSocketEvent event) {
      this.event = event;
    }
  }

  /// Listens from now on.
  ///
  /// @param patience how long a wait takes at the longest
  public HeardEvents(TocsinServer server, Duration patience) {
    this.server = server;
    this.patience = patience;
    this.following = server.follow(List.of(), this::hear);
  }

  private void hear(WebSocketEvent event) {
    lock.lock();
    try {
      if (heard.size() == MAX_KEPT) {
        heard.removeFirst();
        forgotten++;
      }
      heard.add(new Heard(event));
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for an event with this payload, and takes it.
  ///
  /// @throws AssertionError when none comes; it shows what came instead
  /// @throws IllegalArgumentException when no event type of the hub's catalog has such a payload
  public <R extends Record> R awaitEvent(Class<R> payload) {
    return awaitEvent(payload, any -> true);
  }

  /// The same, of those that fulfil a condition.
  public <R extends Record> R awaitEvent(Class<R> payload, Predicate<R> condition) {
    Set<String> types = typesOf(payload);
    WebSocketEvent event =
        await(
            String.join(" or ", types),
            some -> types.contains(some.type()) && condition.test(some.payload(payload)));
    return event.payload(payload);
  }

  /// Waits for an event of a type, and takes it.
  ///
  /// @throws AssertionError when none comes; it shows what came instead
  /// @throws IllegalArgumentException when the hub's catalog has no such type
  public WebSocketEvent awaitEvent(String type) {
    EventCatalog catalog = server.catalog();
    if (catalog.find(type).isEmpty()) {
      throw new IllegalArgumentException(catalog.unknownType(type).message());
    }
    return await(type, event -> event.type().equals(type));
  }

  /// Makes sure that no event with this payload was acknowledged that has not been taken.
  ///
  /// @throws AssertionError when there is one; it shows all of them
  public void assertNone(Class<? extends Record> payload) {
    Set<String> types = typesOf(payload);
    catchUp();
    lock.lock();
    try {
      String found = shown(one -> types.contains(one.event.type()) && !one.taken);
      if (!found.isEmpty()) {
        throw new AssertionError("no " + String.join(" or ", types) + " should have come:" + found);
      }
    } finally {
      lock.unlock();
    }
  }

  /// All events that were acknowledged before this call, also those that were taken, in the order of the log.
  public List<WebSocketEvent> all() {
    catchUp();
    lock.lock();
    try {
      return heard.stream().map(one -> one.event).toList();
    } finally {
      lock.unlock();
    }
  }

  private void catchUp() {
    following.caughtUp().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  private Set<String> typesOf(Class<? extends Record> payload) {
    Set<String> types =
        server.catalog().eventTypesByPayload(payload).stream()
            .map(EventType::name)
            .collect(Collectors.toUnmodifiableSet());
    if (types.isEmpty()) {
      throw new IllegalArgumentException(
          "no event type of the hub's catalog has the payload "
              + payload.getName()
              + "; @TocsinTest(catalog = …) gives it one");
    }
    return types;
  }

  private WebSocketEvent await(String wanted, Predicate<WebSocketEvent> condition) {
    long left = patience.toNanos();
    lock.lock();
    try {
      Heard found = find(condition);
      while (found == null && left > 0) {
        left = more.awaitNanos(left);
        found = find(condition);
      }
      if (found == null) {
        throw new AssertionError("no " + wanted + " came within " + patience + insteadCame());
      }
      found.taken = true;
      return found.event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("the wait for " + wanted + " was interrupted" + insteadCame(), e);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Heard find(Predicate<WebSocketEvent> condition) {
    for (Heard one : heard) {
      if (!one.taken && condition.test(one.event)) {
        return one;
      }
    }
    return null;
  }

  /// What came, and what was refused, which is mostly why nothing came.
  private String insteadCame() {
    String came = shown(one -> true);
    return (came.isEmpty() ? "; nothing came at all" : "; what came:" + came) + refused();
  }

  private String shown(Predicate<Heard> which) {
    List<Heard> all = heard.stream().filter(which).toList();
    StringBuilder text = new StringBuilder();
    all.stream()
        .skip(Math.max(0, all.size() - SHOWN))
        .forEach(one ->
            text.append("\n  ").append(shortened(one.event)).append(one.taken ? " (taken)" : ""));
    long before = Math.max(0, all.size() - SHOWN) + forgotten;
    return before > 0 && !all.isEmpty() ? "\n  (" + before + " before)" + text : text.toString();
  }

  private static String shortened(WebSocketEvent event) {
    String text =
        event.sequence()
            + " "
            + event.type()
            + " "
            + (event.payload() == null ? "" : event.payload());
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "…";
  }

  private String refused() {
    String whys =
        server.hub().refusedFields().entrySet().stream()
            .map(entry ->
                "\n  "
                    + entry.getKey().type()
                    + ": "
                    + (entry.getKey().field().isEmpty() ? "its payload" : entry.getKey().field())
                    + ": "
                    + entry.getKey().code()
                    + times(entry.getValue()))
            .sorted()
            .collect(Collectors.joining());
    Map<HubStats.Refused, Long> refused = server.hub().stats().refused();
    return refused.isEmpty()
        ? ""
        : refused.entrySet().stream()
            .map(entry ->
                "\n  "
                    + (entry.getKey().type().isEmpty() ? "an event" : entry.getKey().type())
                    + ": "
                    + entry.getKey().code().wireName()
                    + times(entry.getValue()))
            .sorted()
            .collect(Collectors.joining("", "\nwhat the hub refused:", whys));
  }

  private static String times(long count) {
    return count > 1 ? ", " + count + " times" : "";
  }
}
