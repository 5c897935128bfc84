package dev.tocsin.hub;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.WebSocketEventType;
import dev.tocsin.events.Where;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which connection receives which events: the thread-safe face of the subscription index, for
/// applications that bring their own sockets.
///
/// A registered connection receives everything until its first [#subscribe]; from then on only what
/// its patterns match; with an empty set of patterns, nothing. A connection that is unknown here is
/// treated as one that never subscribed. Matching is case-insensitive; see [EventPattern].
///
/// Any thread may call anything; each call takes effect at one moment between its start and its
/// return. Asking (`shouldSend`, `getRecipients`) waits only while a change is being made.
public final class SubscriptionManager {

  /// How many patterns a connection may hold unless the constructor says otherwise.
  public static final int DEFAULT_MAX_PATTERNS = 256;

  private static final AtomicReference<@Nullable SubscriptionManager> SHARED =
      new AtomicReference<>();

  private final int maxPatterns;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  // guarded by lock
  private final SubscriptionIndex<String, Audience<String>> index;

  /// A manager for the built-in event types.
  public SubscriptionManager() {
    this(EventCatalog.builtIn(), DEFAULT_MAX_PATTERNS);
  }

  /// @param catalog the types whose recipients are known without matching; others work as well, in
  ///     time proportional to the connections
  /// @param maxPatterns how many patterns a connection may hold
  public SubscriptionManager(EventCatalog catalog, int maxPatterns) {
    this(new TypeTable(catalog, Set.of()), maxPatterns);
  }

  SubscriptionManager(TypeTable types, int maxPatterns) {
    this.maxPatterns = maxPatterns;
    this.index = new SubscriptionIndex<>(types, Audience::new);
  }

  /// The instance that the whole application shares, made on first use.
  public static SubscriptionManager shared() {
    SubscriptionManager present = SHARED.get();
    if (present != null) {
      return present;
    }
    SubscriptionManager made = new SubscriptionManager();
    return SHARED.compareAndSet(null, made) ? made : shared();
  }

  /// Lets go of the shared instance; the next [#shared] is a new one. For tests.
  public static void resetShared() {
    SHARED.set(null);
  }

  /// Adds patterns to those of a connection, registering it where needed.
  ///
  /// @return the normalised patterns of this call, in order, a repeated one once
  /// @throws IllegalArgumentException when a pattern is empty, too long or has an unclosed `[`, or
  ///     when the connection would hold too many; then nothing has changed
  public List<String> subscribe(String connectionId, List<String> patterns) {
    return subscribe(connectionId, patterns, null);
  }

  /// The same for patterns that are narrowed by conditions on the payload's fields. What narrowed those that the
  /// connection holds already counts no more.
  ///
  /// @param where `null` for everything that the patterns match
  /// @throws IllegalArgumentException also when none of the catalog's types that the patterns match can ever fulfil a
  ///     condition
  public List<String> subscribe(String connectionId, List<String> patterns, @Nullable Where where) {
    known(connectionId);
    List<EventPattern> compiled = compiled(patterns);
    return write(() -> {
      Rejection fault = where == null ? null : index.table().fault(compiled, where);
      if (fault != null) {
        throw new IllegalArgumentException(fault.sentence());
      }
      if (index.patternCountWith(connectionId, compiled) > maxPatterns) {
        throw new IllegalArgumentException(
            "A connection may hold " + maxPatterns + " patterns at most");
      }
      index.subscribe(connectionId, compiled, where);
      return texts(compiled);
    });
  }

  /// The same for built-in types.
  public List<String> subscribe(
      String connectionId, WebSocketEventType type, WebSocketEventType... more) {
    return subscribe(connectionId, names(type, more));
  }

  /// Takes all patterns away and forgets the connection altogether, as [#removeConnection] does: it is no longer
  /// counted nor among the recipients, and treated as any that is unknown.
  ///
  /// @return the patterns that were removed, in the order they were subscribed
  public List<String> unsubscribe(String connectionId) {
    return write(() -> texts(index.remove(connectionId)));
  }

  /// Takes some patterns away. When none is left the connection receives nothing.
  ///
  /// @return those that were really removed, normalised, in the order given
  /// @throws IllegalArgumentException when a pattern is badly formed; then nothing has changed
  public List<String> unsubscribe(String connectionId, List<String> patterns) {
    List<EventPattern> compiled = compiled(patterns);
    return write(() -> texts(index.unsubscribe(connectionId, compiled)));
  }

  /// The same for built-in types.
  public List<String> unsubscribe(
      String connectionId, WebSocketEventType type, WebSocketEventType... more) {
    return unsubscribe(connectionId, names(type, more));
  }

  private static List<String> names(WebSocketEventType type, WebSocketEventType... more) {
    return Stream.concat(Stream.of(type), Arrays.stream(more))
        .map(WebSocketEventType::wireName)
        .toList();
  }

  /// Whether an event goes to the connection, by its type and its fields.
  public boolean shouldSend(String connectionId, WebSocketEvent event) {
    String name = EventPattern.lowerCased(event.type());
    return read(() -> index.wants(connectionId, name, () -> index.table().values(name, event)));
  }

  /// Whether events of this type go to the connection, all of them or, where it asks for certain fields, some.
  public boolean shouldSend(String connectionId, String eventType) {
    String name = EventPattern.lowerCased(eventType);
    return read(() -> index.wants(connectionId, name));
  }

  /// The same for a built-in type.
  public boolean shouldSend(String connectionId, WebSocketEventType eventType) {
    return shouldSend(connectionId, eventType.wireName());
  }

  /// The registered connections that events of this type go to, all or some of them; each once, in no order.
  public List<String> getRecipients(String eventType) {
    String name = EventPattern.lowerCased(eventType);
    return read(() -> index.recipients(name));
  }

  /// The same for a built-in type.
  public List<String> getRecipients(WebSocketEventType eventType) {
    return getRecipients(eventType.wireName());
  }

  /// The patterns of a connection in the order they were subscribed; none when it never did.
  public List<String> getSubscriptions(String connectionId) {
    return read(() -> index.patterns(connectionId));
  }

  /// Whether the connection has subscribed, so that only its patterns count.
  public boolean hasExplicitSubscriptions(String connectionId) {
    return read(() -> index.isExplicit(connectionId));
  }

  /// Makes a connection known, so that it is among the recipients.
  public void registerConnection(String connectionId) {
    known(connectionId);
    write(() -> {
      index.register(connectionId);
      return true;
    });
  }

  /// Forgets a connection and its patterns; whether it was known.
  public boolean removeConnection(String connectionId) {
    return write(() -> {
      boolean known = index.knows(connectionId);
      index.remove(connectionId);
      return known;
    });
  }

  /// How many connections are known.
  public int getConnectionCount() {
    return getStats().totalConnections();
  }

  /// The figures of this moment.
  public SubscriptionStats getStats() {
    return read(index::stats);
  }

  private static List<EventPattern> compiled(List<String> patterns) {
    return switch (EventPattern.compile(patterns)) {
      case EventPattern.Compilation.Compiled compiled -> compiled.patterns();
      case EventPattern.Compilation.Refused refused ->
          throw new IllegalArgumentException(refused.rejection().message());
    };
  }

  private static List<String> texts(List<EventPattern> patterns) {
    return patterns.stream().map(EventPattern::text).toList();
  }

  private static String known(String connectionId) {
    return Objects.requireNonNull(connectionId, "connectionId");
  }

  private <T> T read(Supplier<T> question) {
    return locked(lock.readLock(), question);
  }

  private <T> T write(Supplier<T> change) {
    return locked(lock.writeLock(), change);
  }

  private static <T> T locked(Lock lock, Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
