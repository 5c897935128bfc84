package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.hub.BridgeHub;
import java.util.Map;

/// What somebody has posted to a hook.
///
/// @param headers by their names in lower case, of each the first value
/// @param body not to be changed
/// @param hub the hub with the rights of whoever has posted it
@SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
public record HookRequest(Map<String, String> headers, byte[] body, BridgeHub hub) {

  public HookRequest {
    headers = Map.copyOf(headers);
  }
}
