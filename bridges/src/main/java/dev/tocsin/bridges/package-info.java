/// What flows in from other systems, and out to them. Open [BridgeFile] first, which reads what an operator has described, then
/// [Bridges], which runs it. This package alone knows which kinds of bridges there are; each kind is a package, `in.…` or
/// `out.…`, and knows of no other kind.
///
/// ```
/// description   hub          what the file says; the hub as a bridge sees it
///      bridge                what every bridge is and has
///  mapping   broker   out    events of messages; a broker of MQTT; what goes out
///  in.hook   in.mqtt ← in.frigate   out.webhook   out.file   out.mqtt
/// ```
///
/// Each line may use those above it.
@NullMarked
package dev.tocsin.bridges;

import org.jspecify.annotations.NullMarked;
