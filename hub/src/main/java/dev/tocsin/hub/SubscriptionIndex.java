package dev.tocsin.hub;

import dev.tocsin.events.Conditions;
import dev.tocsin.events.FieldValues;
import dev.tocsin.events.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who wants which events: connections, their patterns with what narrows them, what they may read, and so which
/// [Audiences] they form.
///
/// Unsynchronised: owned by one thread, or guarded by one lock. A pattern's matches among the types
/// of the table are computed when the first connection subscribes to it and shared until the last one
/// lets go of it.
///
/// @param <C> what a connection is to the caller; compared with `equals`
/// @param <A> the caller's kind of audience
final class SubscriptionIndex<C, A extends Audience<C>> {

  private static final int MAX_GRANTED = 1_024;

  private TypeTable table;
  private final Map<C, Subscriber<C>> subscribers = new HashMap<>();
  private final Map<Selection.Key, Selection> selections = new HashMap<>();
  private final Audiences<C, A> audiences;

  /// What the grants of the connections come down to, as long as the types that are known stay the same; the oldest go.
  private final Map<Grants, Interest> granted =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Grants, Interest> eldest) {
          return size() > MAX_GRANTED;
        }
      };

  private int explicitCount;
  private int patternCount;

  SubscriptionIndex(TypeTable table, Audiences.Factory<C, A> factory) {
    this.table = table;
    this.audiences = new Audiences<>(factory, table.size());
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
    audiences.learn(table.size());
    granted.clear();
    Map<Where, Map<Integer, Conditions>> meanings = new HashMap<>();
    for (Selection selection : selections.values()) {
      Where where = selection.key().where();
      selection.learn(
          table.interest(
              selection.key().pattern(),
              where == null ? null : meanings.computeIfAbsent(where, table::meaning)));
    }
    subscribers.values().forEach(this::settle);
  }

  /// Makes a connection known; until it subscribes it receives everything. Nothing happens when it is
  /// known already.
  void register(C connection) {
    subscriber(connection);
  }

  /// Says what a connection may read from now on, and makes it known.
  ///
  /// @param grants `null` for everything
  void grant(C connection, @Nullable Grants grants) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber == null) {
      subscribers.put(connection, joined(connection, grants));
    } else {
      subscriber.grant(grants);
      settle(subscriber);
    }
  }

  private Subscriber<C> subscriber(C connection) {
    return subscribers.computeIfAbsent(connection, c -> joined(c, null));
  }

  private Subscriber<C> joined(C connection, @Nullable Grants grants) {
    Interest interest = readable(Interest.of(table.all()), grants);
    Subscriber<C> subscriber = new Subscriber<>(connection, interest, grants);
    audiences.enter(subscriber);
    return subscriber;
  }

  /// What of an interest may be read.
  private Interest readable(Interest interest, @Nullable Grants grants) {
    return grants == null ? interest : interest.and(granted(grants), table.size());
  }

  private Interest granted(Grants grants) {
    return granted.computeIfAbsent(grants, table::interest);
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
    audiences.exit(subscriber);
    return removed;
  }

  /// Adds patterns to those of a connection, each narrowed in the same way; what narrowed one that it holds already
  /// counts no more.
  ///
  /// @param where `null` for everything that they match
  void subscribe(C connection, List<EventPattern> patterns, @Nullable Where where) {
    Subscriber<C> subscriber = subscriber(connection);
    explicitCount += subscriber.isExplicit() ? 0 : 1;
    Map<EventPattern, Selection> held = subscriber.explicitPatterns();
    Map<Integer, Conditions> meaning = where == null ? null : table.meaning(where);
    for (EventPattern pattern : patterns) {
      Selection before = held.get(pattern);
      Selection.Key key = new Selection.Key(pattern, where);
      if (before == null || !before.key().equals(key)) {
        Selection selection =
            selections.computeIfAbsent(
                key, k -> new Selection(k, table.interest(pattern, meaning)));
        selection.holders++;
        held.put(pattern, selection);
        patternCount += before == null ? 1 : 0;
        if (before != null) {
          letGo(before);
        }
      }
    }
    settle(subscriber);
  }

  private void letGo(Selection selection) {
    if (--selection.holders == 0) {
      selections.remove(selection.key());
    }
  }

  /// About how much memory it takes, in bytes, what the connection wants: its patterns, and its share of what it has in
  /// common with others. The share grows when they leave.
  long patternBytes(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber == null
        || (!subscriber.isExplicit() && subscriber.interest().parts().isEmpty())) {
      return 0;
    }
    long bytes = 0;
    IdentityHashMap<Where, Boolean> known = new IdentityHashMap<>();
    for (Map.Entry<EventPattern, Selection> held : subscriber.patterns().entrySet()) {
      Selection selection = held.getValue();
      Where where = selection.key().where();
      long filterBytes = where == null || known.put(where, true) != null ? 0 : where.heapBytes();
      bytes +=
          held.getKey().heapBytes() + (selection.heapBytes() + filterBytes) / selection.holders;
    }
    return bytes + audienceBytes(subscriber);
  }

  /// One that is suspended is in no audience.
  private long audienceBytes(Subscriber<C> subscriber) {
    Audience<C> audience = subscriber.audience();
    Interest interest = subscriber.interest();
    // What grants make of conditions is nobody else's.
    long own = interest.heapBytes() + (subscriber.grants() == null ? 0 : interest.conditionBytes());
    return audience == null
        ? own
        : (own + Audience.OWN_BYTES + (long) Integer.BYTES * table.size() + interest.indexBytes())
            / audience.members().size();
  }

  /// How many comparisons the connection's filters would come to after subscribing to these as well: each value counts
  /// for each type.
  ///
  /// @param where `null` for everything that they match
  long comparisonsWith(C connection, List<EventPattern> patterns, @Nullable Where where) {
    Map<EventPattern, Interest> together = new HashMap<>();
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null) {
      subscriber.patterns().forEach((pattern, held) -> together.put(pattern, held.interest()));
    }
    Map<Integer, Conditions> meaning = where == null ? null : table.meaning(where);
    patterns.forEach(pattern -> together.put(pattern, table.interest(pattern, meaning)));
    return Interest.union(table.size(), together.values()).comparisons();
  }

  /// The patterns that a connection holds, in the order in which it subscribed; `null` when it never did. None of one that
  /// is unknown.
  @Nullable List<Subscribed> subscribed(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null && !subscriber.isExplicit()) {
      return null;
    }
    return subscriber == null
        ? List.of()
        : subscriber.patterns().values().stream()
            .map(held -> new Subscribed(held.key().pattern(), held.key().where()))
            .toList();
  }

  /// How many patterns the connection would hold after subscribing to these as well.
  int patternCountWith(C connection, List<EventPattern> patterns) {
    Subscriber<C> subscriber = subscribers.get(connection);
    Map<EventPattern, Selection> held = subscriber == null ? Map.of() : subscriber.patterns();
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

  /// Whether events of this type go to the connection, all or some of them. One that is unknown is treated as one
  /// that never subscribed.
  ///
  /// @param typeName in lower case
  boolean wants(C connection, String typeName) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null || wants(subscriber, typeName, table.placeOf(typeName));
  }

  private boolean wants(Subscriber<C> subscriber, String typeName, int type) {
    return type >= 0
        ? subscriber.interest().types().contains(type)
        : wantsUnknown(subscriber, typeName, where -> where.on(Map.of()).isPresent());
  }

  /// Whether an event goes to the connection.
  ///
  /// @param values what its fields say, asked for only when that matters
  boolean wants(C connection, String typeName, Supplier<FieldValues> values) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber == null) {
      return true;
    }
    int type = table.placeOf(typeName);
    return type >= 0
        ? subscriber.interest().allows(type, values)
        : wantsUnknown(
            subscriber,
            typeName,
            where -> where.on(Map.of()).filter(c -> c.allow(values.get())).isPresent());
  }

  /// The same for a type without a schema here.
  private static boolean wantsUnknown(
      Subscriber<?> subscriber, String typeName, Predicate<Where> fulfilled) {
    Grants grants = subscriber.grants();
    if (grants != null
        && grants.grants().stream().noneMatch(grant -> matches(grant, typeName, fulfilled))) {
      return false;
    }
    if (!subscriber.isExplicit()) {
      return true;
    }
    for (Selection held : subscriber.patterns().values()) {
      Where where = held.key().where();
      if (held.key().pattern().matchesLowerCased(typeName)
          && (where == null || fulfilled.test(where))) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(Grants.Grant grant, String typeName, Predicate<Where> fulfilled) {
    Where where = grant.where();
    return grant.patterns().stream().anyMatch(pattern -> pattern.matchesLowerCased(typeName))
        && (where == null || fulfilled.test(where));
  }

  /// The connections that events of this type go to, all or some of them; each once, in no order.
  ///
  /// @param typeName in lower case
  List<C> recipients(String typeName) {
    int type = table.placeOf(typeName);
    if (type >= 0) {
      List<A> wanting = new ArrayList<>(audiences.ofWhole(type));
      ConditionIndex<A> some = audiences.ofPart(type);
      if (some != null) {
        wanting.addAll(some.owners());
      }
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

  /// The audiences that the connections form.
  Audiences<C, A> audiences() {
    return audiences;
  }

  /// Notes a position that the connection is told, see [Subscriber#told].
  void tell(C connection, long position) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null) {
      subscriber.tell(position);
    }
  }

  /// The audience of a connection; `null` when it is unknown or suspended.
  @Nullable A audienceOf(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null || subscriber.audience() == null
        ? null
        : audiences.of(subscriber.interest());
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
    return selections.size();
  }

  /// The figures of this moment.
  SubscriptionStats stats() {
    return new SubscriptionStats(
        subscribers.size(), explicitCount, subscribers.size() - explicitCount, patternCount);
  }

  /// The same with the audiences, and with those that are in none.
  ShardFigures figures() {
    return new ShardFigures(
        stats(), audiences.size(), subscribers.size() - audiences.memberCount());
  }

  private List<EventPattern> release(Subscriber<C> subscriber, List<EventPattern> patterns) {
    List<EventPattern> removed = new ArrayList<>(patterns.size());
    if (!subscriber.isExplicit()) {
      return removed;
    }
    Map<EventPattern, Selection> held = subscriber.explicitPatterns();
    for (EventPattern pattern : patterns) {
      Selection selection = held.remove(pattern);
      if (selection != null) {
        removed.add(pattern);
        patternCount--;
        letGo(selection);
      }
    }
    return removed;
  }

  /// Moves a connection to the audience that its patterns now come down to.
  private void settle(Subscriber<C> subscriber) {
    Interest interest = interest(subscriber);
    boolean suspended = subscriber.audience() == null;
    if (!subscriber.interest().equals(interest)) {
      subscriber.want(interest);
      if (!suspended) {
        audiences.move(subscriber);
      }
    }
  }

  private Interest interest(Subscriber<C> subscriber) {
    Interest asked =
        subscriber.isExplicit()
            ? Interest.union(
                table.size(),
                subscriber.patterns().values().stream().map(Selection::interest).toList())
            : Interest.of(table.all());
    return readable(asked, subscriber.grants());
  }

  /// Keeps what a connection wants, but has it in no audience until [#restore]: it lags, and
  /// reads for itself. Nothing happens when it is unknown or suspended already.
  void suspend(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null) {
      audiences.exit(subscriber);
    }
  }

  /// Keeps what everyone wants, but has nobody in an audience, see [#suspend].
  void suspendAll() {
    subscribers.values().forEach(audiences::exit);
  }

  /// Puts a suspended connection back into its audience.
  ///
  /// @param previous what its next event may name as the one before it, see [Subscriber#told]
  void restore(C connection, long previous) {
    Subscriber<C> subscriber = subscribers.get(connection);
    if (subscriber != null && subscriber.audience() == null) {
      subscriber.goBack(previous);
      audiences.enter(subscriber);
    }
  }

  /// The types of which a connection wants anything; none when it is unknown.
  TypeSet typesOf(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    return subscriber == null ? table.none() : subscriber.interest().types();
  }

  /// The types that a connection's patterns match, and of which it may read nothing; none when it is unknown.
  TypeSet deniedTo(C connection) {
    Subscriber<C> subscriber = subscribers.get(connection);
    Grants grants = subscriber == null ? null : subscriber.grants();
    if (subscriber == null || grants == null) {
      return table.none();
    }
    TypeSet asked =
        subscriber.isExplicit()
            ? TypeSet.union(
                table.size(), subscriber.patterns().keySet().stream().map(table::matching).toList())
            : table.all();
    return asked.without(granted(grants).types());
  }
}
