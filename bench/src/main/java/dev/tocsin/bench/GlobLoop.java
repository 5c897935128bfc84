package dev.tocsin.bench;

import dev.tocsin.hub.EventPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The plain way to keep subscriptions: each connection's patterns in a map, and a match of each of
/// them for each event. The patterns are compiled once, by the same matcher.
final class GlobLoop {

  private final Map<String, List<EventPattern>> subscriptions = new ConcurrentHashMap<>();
  private final List<EventPattern> everything = List.of(EventPattern.of("*"));

  void register(String connection) {
    subscriptions.putIfAbsent(connection, everything);
  }

  void subscribe(String connection, List<String> patterns) {
    List<EventPattern> compiled = patterns.stream().map(EventPattern::of).toList();
    subscriptions.merge(
        connection,
        compiled,
        (held, added) -> {
          List<EventPattern> together = new ArrayList<>(held);
          together.addAll(added);
          return together;
        });
  }

  void unsubscribe(String connection, List<String> patterns) {
    List<EventPattern> compiled = patterns.stream().map(EventPattern::of).toList();
    subscriptions.computeIfPresent(
        connection,
        (c, held) -> {
          List<EventPattern> left = new ArrayList<>(held);
          left.removeAll(compiled);
          return left;
        });
  }

  boolean shouldSend(String connection, String type) {
    return matchesAny(subscriptions.getOrDefault(connection, everything), type);
  }

  List<String> recipients(String type) {
    List<String> recipients = new ArrayList<>();
    subscriptions.forEach((connection, patterns) -> {
      if (matchesAny(patterns, type)) {
        recipients.add(connection);
      }
    });
    return recipients;
  }

  private static boolean matchesAny(List<EventPattern> patterns, String type) {
    for (EventPattern pattern : patterns) {
      if (pattern.matches(type)) {
        return true;
      }
    }
    return false;
  }
}
