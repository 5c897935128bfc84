package dev.tocsin.hub;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an index knows of one connection. Owned by the index.
final class Subscriber<C> {

  private final C connection;

  /// The patterns in the order they were subscribed, with what each comes down to; `null` as
  /// long as the connection never subscribed and so receives everything.
  private @Nullable Map<EventPattern, Selection> patterns;

  /// The place in the audience; kept by it.
  int slot;

  private Interest interest;

  /// What the connection may read; `null` for everything.
  private @Nullable Grants grants;

  /// A position that the connection was told, or that of an event that it was handed, after which it has been handed
  /// nothing: what its next event may name as the one before it. Kept by the shard; only looked at where its audience
  /// cannot know.
  private long told;

  /// `null` while the connection is suspended: what it wants is known, but it is not handed out.
  private @Nullable Audience<C> audience;

  /// A connection that is suspended.
  Subscriber(C connection, Interest interest, @Nullable Grants grants) {
    this.connection = connection;
    this.interest = interest;
    this.grants = grants;
  }

  C connection() {
    return connection;
  }

  /// What the connection may read; `null` for everything.
  @Nullable Grants grants() {
    return grants;
  }

  void grant(@Nullable Grants granted) {
    grants = granted;
  }

  /// What the patterns come down to of what the connection may read.
  Interest interest() {
    return interest;
  }

  void want(Interest wanted) {
    interest = wanted;
  }

  long told() {
    return told;
  }

  /// Notes a position that the connection is told, or an event that it was handed.
  void tell(long position) {
    told = Math.max(told, position);
  }

  /// The connection goes on from elsewhere.
  void goBack(long position) {
    told = position;
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

  Map<EventPattern, Selection> patterns() {
    return patterns == null ? Map.of() : patterns;
  }

  /// The patterns for changing; from now on the subscription is explicit.
  Map<EventPattern, Selection> explicitPatterns() {
    if (patterns == null) {
      patterns = new LinkedHashMap<>(4);
    }
    return patterns;
  }

  List<String> texts() {
    return patterns().keySet().stream().map(EventPattern::text).toList();
  }
}
