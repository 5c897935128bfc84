package dev.tocsin.bridges.hub;

import org.jspecify.annotations.Nullable;

/// A hub that a bridge can follow as well as publish to: in the same process or over the network. Safe for any thread.
public interface FollowableHub extends BridgeHub {

  /// Follows the log.
  ///
  /// @param after where to go on; `null` for what comes from now on
  HubCursor follow(Wanted wanted, @Nullable HubPosition after);

  /// The newest event that is known of here; `null` before the hub was there for the first time.
  @Nullable HubPosition newest();
}
