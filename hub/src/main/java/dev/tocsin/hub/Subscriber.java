package dev.tocsin.hub;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an index knows of one connection. Owned by the index.
final class Subscriber<C> {

  private final C connection;

  /// The patterns in the order they were subscribed, with the types each comes down to; `null` as
  /// long as the connection never subscribed and so receives everything.
  private @Nullable Map<EventPattern, TypeSet> patterns;

  /// The place in the audience; kept by it.
  int slot;

  private TypeSet types;

  /// `null` while the connection is suspended: what it wants is known, but it is not handed out.
  private @Nullable Audience<C> audience;

  /// A connection that is suspended.
  Subscriber(C connection, TypeSet types) {
    this.connection = connection;
    this.types = types;
  }

  C connection() {
    return connection;
  }

  /// What the patterns come down to.
  TypeSet types() {
    return types;
  }

  void want(TypeSet wanted) {
    types = wanted;
  }

  /// `null` while the connection is suspended.
  @Nullable Audience<C> audience() {
    return audience;
  }

  void join(Audience<C> joined) {
    joined.add(this);
    audience = joined;
  }

  /// Leaves the audience and returns it; `null` when there was none.
  @Nullable Audience<C> leave() {
    Audience<C> left = audience;
    if (left != null) {
      left.remove(this);
      audience = null;
    }
    return left;
  }

  boolean isExplicit() {
    return patterns != null;
  }

  Map<EventPattern, TypeSet> patterns() {
    return patterns == null ? Map.of() : patterns;
  }

  /// The patterns for changing; from now on the subscription is explicit.
  Map<EventPattern, TypeSet> explicitPatterns() {
    if (patterns == null) {
      patterns = new LinkedHashMap<>(4);
    }
    return patterns;
  }

  List<String> texts() {
    return patterns().keySet().stream().map(EventPattern::text).toList();
  }
}
