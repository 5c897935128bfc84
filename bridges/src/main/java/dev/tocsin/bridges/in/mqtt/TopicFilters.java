package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.mapping.TopicFilter;
import java.util.ArrayList;
import java.util.List;

/// Several topic filters as one subscription: a broker sends a message once for each filter that means it, so no two of those
/// that are subscribed to may mean the same topic.
final class TopicFilters {

  private TopicFilters() {}

  /// Filters that mean all that these mean, and no topic twice; where two of these share some topics without one of them having
  /// all of the other's, one that has more than both.
  static List<TopicFilter> apart(List<TopicFilter> filters) {
    List<TopicFilter> apart = new ArrayList<>();
    for (TopicFilter filter : filters) {
      TopicFilter added = filter;
      // What it is joined with may share topics with another one.
      for (int i = 0; i < apart.size(); ) {
        if (share(apart.get(i), added)) {
          added = join(apart.remove(i), added);
          i = 0;
        } else {
          i++;
        }
      }
      apart.add(added);
    }
    return List.copyOf(apart);
  }

  /// Whether there may be a topic that both mean.
  static boolean share(TopicFilter one, TopicFilter other) {
    List<String> a = one.levels();
    List<String> b = other.levels();
    if (a.getFirst().startsWith("$") != b.getFirst().startsWith("$")) {
      return false;
    }
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      boolean isEnd = i >= a.size() || i >= b.size();
      String first = i < a.size() ? a.get(i) : "";
      String second = i < b.size() ? b.get(i) : "";
      if (first.equals("#") || second.equals("#")) {
        return true;
      }
      if (isEnd || !(first.equals("+") || second.equals("+") || first.equals(second))) {
        return false;
      }
    }
    return true;
  }

  /// A filter that means all that both mean.
  static TopicFilter join(TopicFilter one, TopicFilter other) {
    List<String> a = one.levels();
    List<String> b = other.levels();
    List<String> joined = new ArrayList<>();
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      if (i >= a.size() || i >= b.size() || a.get(i).equals("#") || b.get(i).equals("#")) {
        joined.add("#");
        break;
      }
      joined.add(a.get(i).equals(b.get(i)) ? a.get(i) : "+");
    }
    return new TopicFilter(joined);
  }
}
