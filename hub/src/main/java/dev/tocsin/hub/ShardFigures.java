package dev.tocsin.hub;

/// Who belongs to a shard at a moment.
///
/// @param lagging connections that are in no audience
record ShardFigures(SubscriptionStats subscriptions, int audiences, int lagging) {

  static final ShardFigures NONE = new ShardFigures(SubscriptionStats.NONE, 0, 0);

  ShardFigures plus(ShardFigures other) {
    return new ShardFigures(
        subscriptions.plus(other.subscriptions),
        audiences + other.audiences,
        lagging + other.lagging);
  }
}
