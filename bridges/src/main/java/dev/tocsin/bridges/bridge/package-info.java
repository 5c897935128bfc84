/// What every bridge is and has, whatever its kind. Open [Bridge] first. [BridgeSettings] is one as it is described,
/// [BridgeFigures] counts what it does, [StateFile] is what it remembers, [Backoff] how long it waits, and [Via] keeps messages
/// from going in a loop. The [Publisher] brings the events of one message into the hub.
@NullMarked
package dev.tocsin.bridges.bridge;

import dev.tocsin.events.Via;
import org.jspecify.annotations.NullMarked;
