/// The hub on the network: what its HTTP requests, WebSockets and streams mean.
///
/// Open [Gateway] first. Every event loop has one [Loop]: its shard of the hub, and what its connections share.
///
/// - A request comes from `http` through the table in [HubRoutes], which makes an exchange of it: [PublishExchange],
///   [NdjsonExchange], [HistoryExchange], [ValidateExchange], [UpgradeExchange], or a fixed answer
///   ([CatalogPages]).
/// - A WebSocket is a [WebSocketConnection]: messages of a client become [Actions], which [ActionQueue] answers
///   in order ([ServerMessages]). [Cursor] knows where it stands on the log: with its shard, from which it gets
///   what its [LiveOutput] encodes, or on a [ReplayWriter] of its own.
/// - A stream is a [StreamConnection], which [StreamExchange] has made of a request ([StreamQuery]): the other
///   [LiveConnection], which says nothing. How events stand on the wire of either is a [Form]; [Forms] has those of a loop.
/// - Who asks is found out at the [Door] of a request, or as a [Stranger] who says it in a message; the [Judge] knows what
///   a credential is worth, and a [Membership] what becomes of that.
/// - An operator sees who is connected by [Rosters], each loop's [Roster], and a [ConnectionView] of each; browsers get the
///   files that [WebPages] reads.
///
/// There are no business rules here: what is valid is asked of `events`, what happens of `hub`. How bytes
/// become requests and messages is the matter of `http` and `websocket`. Everything but [Gateway] and what is
/// shared and immutable ([GatewayContext]) belongs to one event loop.
@NullMarked
package dev.tocsin.gateway;

import org.jspecify.annotations.NullMarked;
