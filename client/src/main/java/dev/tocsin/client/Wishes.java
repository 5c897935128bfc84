package dev.tocsin.client;

import dev.tocsin.events.Where;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The patterns that the application wants, whether there is a connection or not: the next one begins
/// with them. Owned by one thread.
///
/// Two things say what is wanted: subscriptions, and handlers. They add up in either order. As long as
/// nothing was subscribed to, everything is wanted, and what the handlers want is only remembered.
///
/// Each may narrow what it wants by a filter. A connection holds one filter for a pattern, or none; so where those who
/// want a pattern do not agree, it is subscribed to without any, and each of them is handed what it asked for.
final class Wishes {

  /// A pattern that matches no event type, for a connection that is to receive nothing yet. It counts
  /// among those that a connection may hold, so the client unsubscribes from it at once.
  private static final String NOTHING = "-";

  /// What an ordinary server or proxy takes in a request line, with room to spare.
  private static final int MAX_QUERY_LENGTH = 2_000;

  /// What is wanted, the handlers' event types included; `null` as long as nothing was ever
  /// subscribed to, or all of it was refused: everything is wanted.
  private @Nullable Set<String> patterns;

  /// The event types that handlers want.
  private final Set<String> handled = new LinkedHashSet<>();

  /// What narrows them, for each handler; an empty one for a handler that wants them all.
  private final Map<String, Set<Optional<Where>>> handlerFilters = new HashMap<>();

  /// What narrows the patterns that were subscribed to.
  private final Map<String, Optional<Where>> subscribed = new HashMap<>();

  /// Patterns that the server did not narrow.
  private final Set<String> wide = new HashSet<>();

  /// Those of [#handled] that came while [#unconfirmed].
  private final Set<String> late = new LinkedHashSet<>();

  /// Whether the server may still refuse to leave "everything": it has taken none of the patterns
  /// that came after it.
  private boolean unconfirmed;

  /// What a subscription has changed, to be taken back when it is refused.
  ///
  /// @param fresh the patterns that were not wanted before
  /// @param before what narrowed those that were subscribed to before
  record Change(List<String> fresh, Map<String, Optional<Where>> before) {
    Change {
      fresh = List.copyOf(fresh);
      before = Map.copyOf(before);
    }
  }

  /// Patterns with the same filter, or none.
  record Group(List<String> patterns, @Nullable Where where) {
    Group {
      patterns = List.copyOf(patterns);
    }
  }

  Wishes(List<String> initial, @Nullable Where where) {
    if (!initial.isEmpty()) {
      add(initial, where);
    }
  }

  /// What a connection is to narrow a pattern by, for all who want it to get theirs; `null` for nothing.
  private @Nullable Where where(String pattern) {
    Set<Optional<Where>> all = new HashSet<>(handlerFilters.getOrDefault(pattern, Set.of()));
    Optional<Where> own = subscribed.get(pattern);
    if (own != null) {
      all.add(own);
    }
    return all.size() == 1 && !wide.contains(pattern) ? all.iterator().next().orElse(null) : null;
  }

  /// Patterns in groups, each with what its patterns are to be narrowed by.
  List<Group> groups(Collection<String> some) {
    Map<Optional<Where>, List<String>> groups = new LinkedHashMap<>();
    for (String pattern : some) {
      Where where = where(pattern.toLowerCase(Locale.ROOT));
      groups.computeIfAbsent(Optional.ofNullable(where), key -> new ArrayList<>()).add(pattern);
    }
    List<Group> all = new ArrayList<>();
    groups.forEach((where, patterns) -> all.add(new Group(patterns, where.orElse(null))));
    return all;
  }

  /// The server does not narrow these patterns, and sends all that they match.
  void widen(Collection<String> patterns) {
    wide.addAll(patterns);
  }

  /// Adds patterns and tells what that has changed.
  ///
  /// @param where takes the place of what narrowed them; `null` for nothing
  Change add(Collection<String> added, @Nullable Where where) {
    Set<String> wanted = patterns;
    if (wanted == null) {
      wanted = new LinkedHashSet<>(handled);
      patterns = wanted;
      unconfirmed = true;
    }
    List<String> fresh = new ArrayList<>();
    Map<String, Optional<Where>> before = new HashMap<>();
    for (String pattern : added) {
      String lowerCased = pattern.toLowerCase(Locale.ROOT);
      if (wanted.add(lowerCased)) {
        fresh.add(lowerCased);
      }
      Optional<Where> was = subscribed.put(lowerCased, Optional.ofNullable(where));
      if (was != null) {
        before.putIfAbsent(lowerCased, was);
      }
      wide.remove(lowerCased);
    }
    return new Change(fresh, before);
  }

  /// The event types that a subscribe has to name besides its own patterns: those of the handlers, as
  /// long as the server may still be at "everything", so that it goes from there to all that is
  /// wanted in one step.
  Set<String> silent(Collection<String> asked) {
    Set<String> silent = new LinkedHashSet<>();
    if (unconfirmed) {
      silent.addAll(handled);
      asked.forEach(pattern -> silent.remove(pattern.toLowerCase(Locale.ROOT)));
    }
    return silent;
  }

  /// A handler wants these event types.
  ///
  /// @param where what narrows them; `null` for nothing
  /// @return those that a connection has to be told now
  List<String> handle(Collection<String> types, @Nullable Where where) {
    Set<String> wanted = patterns;
    List<String> fresh = new ArrayList<>();
    for (String type : types) {
      Where before = where(type);
      handled.add(type);
      handlerFilters.computeIfAbsent(type, key -> new HashSet<>()).add(Optional.ofNullable(where));
      if (wanted != null && (wanted.add(type) || !Objects.equals(before, where(type)))) {
        fresh.add(type);
      }
    }
    if (wanted == null) {
      return List.of();
    }
    if (unconfirmed) {
      late.addAll(fresh);
      return List.of();
    }
    return fresh;
  }

  /// The server has taken a subscription, if only to patterns that are no longer wanted: it is no longer
  /// at "everything".
  ///
  /// @return event types of handlers that the connection has to be told now
  List<String> confirm() {
    if (patterns == null) {
      patterns = new LinkedHashSet<>(handled);
      late.addAll(handled);
    }
    unconfirmed = false;
    List<String> untold = List.copyOf(late);
    late.clear();
    return untold;
  }

  /// Takes patterns away that the server refused. Where it has taken none so far, everything is
  /// wanted again once all of them are refused.
  ///
  /// @param change what [#add] told
  void takeBack(Change change) {
    change.fresh().forEach(subscribed::remove);
    change
        .before()
        .forEach((pattern, where) -> {
          if (subscribed.containsKey(pattern)) {
            subscribed.put(pattern, where);
          }
        });
    takeBack(change.fresh());
  }

  private void takeBack(Collection<String> fresh) {
    Set<String> wanted = patterns;
    if (wanted != null) {
      wanted.removeAll(fresh);
      if (unconfirmed && handled.containsAll(wanted)) {
        patterns = null;
        late.clear();
      }
    }
  }

  /// The server refused what the client asked for by itself. What handlers want of it is given up only
  /// where the server is not at "everything", and so does not send it already.
  void takeBackOwn(Collection<String> refused) {
    if (unconfirmed) {
      late.addAll(refused.stream().filter(handled::contains).toList());
      takeBack(refused.stream().filter(pattern -> !handled.contains(pattern)).toList());
    } else {
      remove(refused);
    }
  }

  /// Takes patterns away, handlers' event types too.
  void remove(Collection<String> removed) {
    for (String pattern : removed) {
      String lowerCased = pattern.toLowerCase(Locale.ROOT);
      handled.remove(lowerCased);
      late.remove(lowerCased);
      handlerFilters.remove(lowerCased);
      subscribed.remove(lowerCased);
      wide.remove(lowerCased);
      if (patterns != null) {
        patterns.remove(lowerCased);
      }
    }
  }

  /// From now on nothing is wanted, not by handlers either.
  void clear() {
    patterns = new LinkedHashSet<>();
    handled.clear();
    late.clear();
    handlerFilters.clear();
    subscribed.clear();
    wide.clear();
    unconfirmed = false;
  }

  boolean isNothing() {
    return patterns != null && patterns.isEmpty();
  }

  /// The address of a connection that subscribes to the wishes from its first event on, or, where
  /// they do not fit into a query, to nothing.
  ///
  /// @param from where to resume, which has to wait for the message when the wishes do not fit;
  ///     `null` to begin with the next event
  /// @param beginning with what to begin instead, which has to wait for a message as well; `null` for nothing
  Query query(URI base, @Nullable Position from, @Nullable Beginning beginning) {
    Set<String> wanted = patterns;
    List<Group> groups = wanted == null ? List.of() : groups(wanted);
    boolean fits = groups.isEmpty() || (groups.size() == 1 && fitQuery(groups.getFirst()));
    Where where = fits && !groups.isEmpty() ? groups.getFirst().where() : null;
    List<String> told =
        wanted == null ? null : wanted.isEmpty() || !fits ? List.of(NOTHING) : List.copyOf(wanted);
    List<String> parameters = new ArrayList<>();
    if (told != null) {
      parameters.add("events=" + encoded(told));
    }
    if (where != null) {
      parameters.add("where=" + encoded(List.of(where.json())));
    }
    if (from != null && fits) {
      parameters.add("since=" + from.sequence());
      if (!from.epoch().isEmpty()) {
        parameters.add("epoch=" + URLEncoder.encode(from.epoch(), StandardCharsets.UTF_8));
      }
    }
    if (beginning != null && fits) {
      parameters.add(beginning.parameter());
    }
    return new Query(
        parameters.isEmpty() ? base : URI.create(base + "?" + String.join("&", parameters)),
        told,
        where,
        from != null && fits,
        beginning != null && fits);
  }

  /// What is wanted and a connection to `query` was not told, in lists each of which may be refused by
  /// itself. A connection at "everything" leaves it for all that is wanted at once.
  List<List<String>> untold(Query query) {
    Set<String> wanted = patterns;
    List<String> told = query.patterns();
    if (wanted == null) {
      return List.of();
    }
    if (told == null) {
      return List.of(List.copyOf(wanted));
    }
    return wanted.stream()
        .filter(
            pattern -> !told.contains(pattern) || !Objects.equals(query.where(), where(pattern)))
        .collect(Collectors.partitioningBy(handled::contains))
        .values()
        .stream()
        .toList();
  }

  /// What a connection to `query` was told and is not wanted.
  List<String> unwanted(Query query) {
    Set<String> wanted = patterns;
    return wanted == null || query.patterns() == null
        ? List.of()
        : query.patterns().stream().filter(pattern -> !wanted.contains(pattern)).toList();
  }

  private static boolean fitQuery(Group wanted) {
    String where = wanted.where() == null ? "" : wanted.where().json();
    return wanted.patterns().stream().noneMatch(pattern -> pattern.contains(","))
        && encoded(wanted.patterns()).length() + encoded(List.of(where)).length()
            <= MAX_QUERY_LENGTH;
  }

  private static String encoded(Collection<String> wanted) {
    return wanted.stream()
        .map(pattern -> URLEncoder.encode(pattern, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining(","));
  }
}
