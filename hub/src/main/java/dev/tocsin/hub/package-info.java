/// What happens to an event: it is published, gets its place in the log, and is handed to whoever
/// subscribed to it.
///
/// Open [Hub] first: the one way in. [EventLog] is the port to the truth, [Shard] the one way out.
/// [SubscriptionIndex] answers who wants what and may have it, for one thread, and forms the [Audiences];
/// [SubscriptionManager] is its
/// thread-safe face for embedding applications. No network here, no disk.
@NullMarked
package dev.tocsin.hub;

import org.jspecify.annotations.NullMarked;
