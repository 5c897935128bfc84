/// The hub as a bridge sees it, in the same process or over the network: it publishes to a [BridgeHub] and follows the log of a
/// [FollowableHub] by a [HubCursor]. Whoever runs bridges implements these; nothing here does.
@NullMarked
package dev.tocsin.bridges.hub;

import org.jspecify.annotations.NullMarked;
