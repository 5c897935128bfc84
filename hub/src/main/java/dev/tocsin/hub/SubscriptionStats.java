package dev.tocsin.hub;

/// How many connections and subscriptions there are.
///
/// @param totalConnections connections that are registered or have subscribed
/// @param explicitSubscriptions those among them that ever subscribed
/// @param defaultSubscriptions those that never did and receive everything
/// @param totalPatterns patterns of all connections together
public record SubscriptionStats(
    int totalConnections, int explicitSubscriptions, int defaultSubscriptions, int totalPatterns) {

  /// The figures of no connection at all.
  public static final SubscriptionStats NONE = new SubscriptionStats(0, 0, 0, 0);

  /// The sum of two sets of connections.
  public SubscriptionStats plus(SubscriptionStats other) {
    return new SubscriptionStats(
        totalConnections + other.totalConnections,
        explicitSubscriptions + other.explicitSubscriptions,
        defaultSubscriptions + other.defaultSubscriptions,
        totalPatterns + other.totalPatterns);
  }
}
