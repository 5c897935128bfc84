package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Who wants which types: connections, their patterns, and the audiences they form.
///
/// Unsynchronised: owned by one thread, or guarded by one lock. A pattern's matches among the types
/// of the table are computed when the first connection subscribes to it and shared until the last one
/// lets go of it; after that, finding the audiences of a type is one array access
/// (`RecipientsBenchmark`).
///
/// @param <C> what a connection is to the caller; compared with `equals`
/// @param <A> the caller's kind of audience
final class SubscriptionIndex<C, A extends Audience<C>> {

  private TypeTable table;
  private final AudienceFactory<C, A> factory;
  private final Map<C, Subscriber<C>> subscribers = new HashMap<>();
  private final Map<EventPattern, Matches> matches = new HashMap<>();
  private final Map<TypeSet, A> audiences = new HashMap<>();
  private final List<List<A>> byType;
  private int explicitCount;
  private int patternCount;

  /// Makes the audience of a set of types when its first connection comes.
  interface AudienceFactory<C, A extends Audience<C>> {
    A create(TypeSet types, int tableSize);
  }

  /// What a pattern comes down to, and how many connections hold it.
  private static final class Matches {
    private TypeSet types;
    private int holders;

    Matches(TypeSet types) {
      this.types = types;
    }
  }

  SubscriptionIndex(TypeTable table, AudienceFactory<C, A> factory) {
    this.table = table;
    this.factory = factory;
    this.byType = new ArrayList<>(table.size());
    makeRoom();
  }

  private void makeRoom() {
    while (byType.size() < table.size()) {
      byType.add(new ArrayList<>());
    }
  }

  /// The types that the index knows.
  TypeTable table() {
    return table;
  }

  /// Takes in types that have become known. From now on they are wanted by connections whose patterns match them, and
  /// by those that never subscribed. Looks at every connection.
  ///
  /// @param larger has grown out of [#table]
  void learn(TypeTable larger) {
    table = larger;
    makeRoom();
    matches.forEach((pattern, found) -> found.types = table.matching(pattern));
    for (Subscriber<C> subscriber : subscribers.values()) {
      if (subscriber.isExplicit()) {
        subscriber
            .explicitPatterns()
            .replaceAll((pattern, before) -> Objects.requireNonNull(matches.get(pattern)).types);
      }
      settle(subscriber);
    }
  }

  /// Makes a connection known; until it subscribes it receives everything. Nothing happens when it is
  /// known already.
  void register(C connection) {
    subscriber(connection);
  }

  private Subscriber<C> subscriber(C connection) {
    return subscribers.computeIfAbsent(
        connection,
        c -> {
          Subscriber<C> subscriber = new Subscriber<>(c, table.all());
          subscriber.join(audience(table.all()));
          return subscriber;
        });
  }

  /// Whether a connection is known.
  boolean knows(C connection) {
    return subscribers.containsKey(connection);
  }

  /// Forgets a connection and returns the patterns that it held; none when it is unknown.
  List<EventPattern> remove(C connection) {
    Subscriber<C> subscriber = subscribers.remove(connection);
    if (subscriber == null) {
      return List.of();
    }
    List<EventPattern> removed = release(subscriber, List.copyOf(subscriber.patterns().keySet()));
    explicitCount -= subscriber.isExplicit() ? 1 : 0;
    dropIfEmpty(subscriber.leave());
    return removed;
  }

  /// Adds patterns to those of a connection.
  void subscribe(C connection, List<EventPattern> patterns) {
    Subscriber<C> subscriber = subscriber(connection);
    explicitCount += subscriber.isExplicit() ? 0 : 1;
    Map<EventPattern, TypeSet> held = subscriber.explicitPatterns();
    for (EventPattern pattern : patterns) {
      if (!held.containsKey(pattern)) {
        Matches found = matches.computeIfAbsent(pattern, p -> new Matches(table.matching(p)));
        found.holders++;
        held.put(pattern, found.types);
        patternCount++;
      }
    }
    settle(subscriber);
  }

  /// About how much memory the connection's patterns take, in bytes.
  long patternBytes(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null
        ? 0
        : subscriber.patterns().keySet().stream().mapToLong(EventPattern::heapBytes).sum();
  }

  /// How many patterns the connection would hold after subscribing to these as well.
  int patternCountWith(C connection, List<EventPattern> patterns) {
    Subscriber<C> subscriber = subscribers.get(connection);
    Map<EventPattern, TypeSet> held = subscriber == null ? Map.of() : subscriber.patterns();
    return held.size()
        + (int) patterns.stream().distinct().filter(p -> !held.containsKey(p)).count();
  }

  /// Takes patterns away and returns those that the connection held. A connection that subscribed
  /// before receives nothing when none is left; one that never did still receives everything.
  List<EventPattern> unsubscribe(C connection, List<EventPattern> patterns) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber == null) {
      return List.of();
    }
    List<EventPattern> removed = release(subscriber, patterns);
    settle(subscriber);
    return removed;
  }

  /// Takes all patterns away and returns them; from now on the connection receives nothing.
  List<EventPattern> silence(C connection) {
    Subscriber<C> subscriber = subscriber(connection);
    List<EventPattern> removed = release(subscriber, List.copyOf(subscriber.patterns().keySet()));
    explicitCount += subscriber.isExplicit() ? 0 : 1;
    subscriber.explicitPatterns();
    settle(subscriber);
    return removed;
  }

  /// Whether an event of this type goes to the connection. One that is unknown is treated as one that
  /// never subscribed.
  ///
  /// @param typeName in lower case
  boolean wants(C connection, String typeName) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null || wants(subscriber, typeName, table.placeOf(typeName));
  }

  private boolean wants(Subscriber<C> subscriber, String typeName, int type) {
    if (type >= 0) {
      return subscriber.types().contains(type);
    }
    if (!subscriber.isExplicit()) {
      return true;
    }
    for (EventPattern pattern : subscriber.patterns().keySet()) {
      if (pattern.matchesLowerCased(typeName)) {
        return true;
      }
    }
    return false;
  }

  /// The connections that an event of this type goes to, each once, in no order.
  ///
  /// @param typeName in lower case
  List<C> recipients(String typeName) {
    int type = table.placeOf(typeName);
    if (type >= 0) {
      List<A> wanting = byType.get(type);
      List<C> recipients =
          new ArrayList<>(wanting.stream().mapToInt(a -> a.members().size()).sum());
      for (A audience : wanting) {
        recipients.addAll(audience.members());
      }
      return recipients;
    }
    List<C> recipients = new ArrayList<>();
    for (Subscriber<C> subscriber : subscribers.values()) {
      if (wants(subscriber, typeName, type)) {
        recipients.add(subscriber.connection());
      }
    }
    return recipients;
  }

  /// The audiences that want a type of the table; a live list.
  List<A> audiencesOf(int type) {
    return Collections.unmodifiableList(byType.get(type));
  }

  /// The audience of a connection; `null` when it is unknown or suspended.
  @Nullable A audienceOf(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null || subscriber.audience() == null
        ? null
        : audiences.get(subscriber.types());
  }

  /// All audiences there are; a live view.
  Iterable<A> audiences() {
    return Collections.unmodifiableCollection(audiences.values());
  }

  /// The patterns of a connection in the order they were subscribed; none when it is unknown.
  List<String> patterns(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null ? List.of() : subscriber.texts();
  }

  /// Whether the connection ever subscribed.
  boolean isExplicit(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber != null && subscriber.isExplicit();
  }

  /// How many different patterns are held, and so how many matches are remembered.
  int distinctPatterns() {
    return matches.size();
  }

  /// The figures of this moment.
  SubscriptionStats stats() {
    return new SubscriptionStats(
        subscribers.size(), explicitCount, subscribers.size() - explicitCount, patternCount);
  }

  private List<EventPattern> release(Subscriber<C> subscriber, List<EventPattern> patterns) {
    List<EventPattern> removed = new ArrayList<>(patterns.size());
    if (!subscriber.isExplicit()) {
      return removed;
    }
    Map<EventPattern, TypeSet> held = subscriber.explicitPatterns();
    for (EventPattern pattern : patterns) {
      if (held.remove(pattern) != null) {
        removed.add(pattern);
        patternCount--;
        matches.computeIfPresent(pattern, (p, found) -> --found.holders == 0 ? null : found);
      }
    }
    return removed;
  }

  /// Moves a connection to the audience that its patterns now come down to.
  private void settle(Subscriber<C> subscriber) {
    TypeSet types =
        subscriber.isExplicit()
            ? TypeSet.union(table.size(), subscriber.patterns().values())
            : table.all();
    boolean suspended = subscriber.audience() == null;
    if (!subscriber.types().equals(types)) {
      subscriber.want(types);
      if (!suspended) {
        Audience<C> before = subscriber.leave();
        subscriber.join(audience(types));
        dropIfEmpty(before);
      }
    }
  }

  /// Keeps what a connection wants, but has it in no audience until [#restore]: it lags, and
  /// reads for itself. Nothing happens when it is unknown or suspended already.
  void suspend(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null) {
      dropIfEmpty(subscriber.leave());
    }
  }

  /// Keeps what everyone wants, but has nobody in an audience, see [#suspend].
  void suspendAll() {
    subscribers.values().forEach(subscriber -> dropIfEmpty(subscriber.leave()));
  }

  /// Puts a suspended connection back into its audience.
  void restore(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null && subscriber.audience() == null) {
      subscriber.join(audience(subscriber.types()));
    }
  }

  /// What the patterns of a connection come down to; nothing when it is unknown.
  TypeSet typesOf(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null ? table.none() : subscriber.types();
  }

  private A audience(TypeSet types) {
    @Nullable A known = audiences.get(types);
    if (known != null) {
      return known;
    }
    A audience = factory.create(types, table.size());
    audiences.put(types, audience);
    types.forEach(type -> {
      List<A> list = byType.get(type);
      audience.places[type] = list.size();
      list.add(audience);
    });
    return audience;
  }

  private void dropIfEmpty(@Nullable Audience<C> audience) {
    if (audience == null || !audience.members().isEmpty()) {
      return;
    }
    audiences.remove(audience.types());
    audience
        .types()
        .forEach(type -> {
          List<A> list = byType.get(type);
          A last = list.removeLast();
          int place = audience.places[type];
          if (place < list.size()) {
            list.set(place, last);
            last.places[type] = place;
          }
        });
  }
}
