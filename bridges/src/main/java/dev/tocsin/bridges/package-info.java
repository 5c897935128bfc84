/// What flows in from other systems. Open [BridgeFile] first, which reads what an operator has described, then [Mapping], which
/// makes events of messages. Towards the hub there is one port, [BridgeHub].
@NullMarked
package dev.tocsin.bridges;

import org.jspecify.annotations.NullMarked;
