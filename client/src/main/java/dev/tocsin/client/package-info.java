/// The Java client: it connects, subscribes, publishes, and comes back by itself.
///
/// Open [TocsinClient] first. [ClientListener] is what an application is told, [ClientOptions] what
/// it may decide. Inside, a [Session] is one client on its loop and [Phase] where it is in its life;
/// a [Link] is one socket of that life. A [Conversation] is what is said: [PositionKeeper] knows
/// whether something was missed, [Subscription] what is subscribed to, [PublishQueue] which events are
/// on their way, [Credentials] what is shown to be let in. [ServerMessages] turns text into [ServerMessage]s, [Actions] makes
/// the client's own. [Notices] and [Dispatcher] call the application. The transport is the JDK's own WebSocket.
@NullMarked
package dev.tocsin.client;

import org.jspecify.annotations.NullMarked;
