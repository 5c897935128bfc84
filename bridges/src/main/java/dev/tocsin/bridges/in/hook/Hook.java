package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.Publisher;
import tools.jackson.databind.JsonNode;

/// What makes events of what was posted. Belongs to the thread of its [HookDesk].
interface Hook {

  /// Takes a message whose sender is known to be right.
  ///
  /// @param said its body
  /// @param request which it came with
  /// @param publisher publishes what becomes of it
  HookAnswer take(JsonNode said, HookRequest request, Publisher publisher)
      throws InterruptedException;
}
