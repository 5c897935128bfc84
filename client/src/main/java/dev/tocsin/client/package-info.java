/// The Java client: it connects, subscribes, publishes, and comes back by itself.
///
/// Open [TocsinClient] first. [ClientListener] is what an application is told, [ClientOptions] what
/// it may decide. Inside, a [Session] is the state of one client, owned by one thread at a time; a
/// [Link] is one socket of its life; [PositionKeeper] knows whether something was missed; and
/// [ServerMessages] turns text into [ServerMessage]s. The transport is the JDK's own WebSocket.
@NullMarked
package dev.tocsin.client;

import org.jspecify.annotations.NullMarked;
