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

/// The patterns that the application wants, whatever connection there is or is not: with them the
/// next one begins. Owned by one thread.
final class Wishes {

  /// A pattern that matches no event type: with it a connection begins that is to receive nothing
  /// yet. It counts among those that a connection may hold, so it is unsubscribed from at once.
  private static final String NOTHING = "-";

  /// What an ordinary server or proxy takes in a request line, with room to spare.
  private static final int MAX_QUERY_LENGTH = 2_000;

  /// `null` as long as nothing was ever subscribed to, or all of it was refused: everything is
  /// wanted.
  private @Nullable Set<String> patterns;

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
      wanted = new LinkedHashSet<>();
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

  /// The server has taken a subscription, be it to patterns that are not wanted any more: it is not
  /// to everything.
  void confirm() {
    if (patterns == null) {
      patterns = new LinkedHashSet<>();
    }
    unconfirmed = false;
  }

  /// Takes patterns away that the server refused. Where it has taken none so far, everything is
  /// wanted again once all of them are refused.
  ///
  /// @param fresh what [#add] told
  void takeBack(Collection<String> fresh) {
    remove(fresh);
    if (unconfirmed && isNothing()) {
      patterns = null;
    }
  }

  void remove(Collection<String> removed) {
    if (patterns != null) {
      for (String pattern : removed) {
        patterns.remove(pattern.toLowerCase(Locale.ROOT));
      }
    }
  }

  /// From now on nothing is wanted.
  void clear() {
    patterns = new LinkedHashSet<>();
    unconfirmed = false;
  }

  boolean isEverything() {
    return patterns == null;
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

  /// What is wanted, and a connection to `query` was not told.
  List<String> untold(Query query) {
    List<String> told = query.patterns();
    return patterns == null
        ? List.of()
        : patterns.stream().filter(pattern -> told == null || !told.contains(pattern)).toList();
  }

  /// What a connection to `query` was told, and is not wanted.
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
