package dev.tocsin.hub;

/// What a hub has done since it was made, and who is connected now.
///
/// @param published events that the log has handed on, whoever appended them
/// @param rejected events refused for what they said
/// @param delivered events handed to connections, each connection counted
public record HubStats(
    SubscriptionStats subscriptions, long published, long rejected, long delivered) {}
