package dev.tocsin.client;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The patterns that the application wants, whether there is a connection or not: the next one begins
/// with them. Owned by one thread.
///
/// Two things say what is wanted: subscriptions, and handlers. They add up in either order. As long as
/// nothing was subscribed to, everything is wanted, and what the handlers want is only remembered.
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

  /// Those of them that came while [#unconfirmed].
  private final Set<String> late = new LinkedHashSet<>();

  /// Whether the server may still refuse to leave "everything": it has taken none of the patterns
  /// that came after it.
  private boolean unconfirmed;

  Wishes(List<String> initial) {
    if (!initial.isEmpty()) {
      add(initial);
    }
  }

  /// Adds patterns and tells which are new.
  List<String> add(Collection<String> added) {
    Set<String> wanted = patterns;
    if (wanted == null) {
      wanted = new LinkedHashSet<>(handled);
      patterns = wanted;
      unconfirmed = true;
    }
    List<String> fresh = new ArrayList<>();
    for (String pattern : added) {
      String lowerCased = pattern.toLowerCase(Locale.ROOT);
      if (wanted.add(lowerCased)) {
        fresh.add(lowerCased);
      }
    }
    return fresh;
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
  /// @return those that a connection has to be told now
  List<String> handle(Collection<String> types) {
    Set<String> wanted = patterns;
    handled.addAll(types);
    if (wanted == null) {
      return List.of();
    }
    List<String> fresh = types.stream().filter(wanted::add).toList();
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
  /// @param fresh what [#add] told
  void takeBack(Collection<String> fresh) {
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
  Query query(URI base, @Nullable Position from) {
    Set<String> wanted = patterns;
    boolean fits = wanted == null || fitQuery(wanted);
    List<String> told =
        wanted == null ? null : wanted.isEmpty() || !fits ? List.of(NOTHING) : List.copyOf(wanted);
    List<String> parameters = new ArrayList<>();
    if (told != null) {
      parameters.add("events=" + encoded(told));
    }
    if (from != null && fits) {
      parameters.add("since=" + from.sequence());
      if (!from.epoch().isEmpty()) {
        parameters.add("epoch=" + URLEncoder.encode(from.epoch(), StandardCharsets.UTF_8));
      }
    }
    return new Query(
        parameters.isEmpty() ? base : URI.create(base + "?" + String.join("&", parameters)),
        told,
        from != null && fits);
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
        .filter(pattern -> !told.contains(pattern))
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

  private static boolean fitQuery(Set<String> wanted) {
    return wanted.stream().noneMatch(pattern -> pattern.contains(","))
        && encoded(wanted).length() <= MAX_QUERY_LENGTH;
  }

  private static String encoded(Collection<String> wanted) {
    return wanted.stream()
        .map(pattern -> URLEncoder.encode(pattern, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining(","));
  }
}
