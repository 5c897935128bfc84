/// The program: its commands, its configuration, and the one place where parts are put together.
///
/// Open [Main] first. Each command is a class of its own ([Serve], [Tail], [Publish],
/// [CatalogCommand], [Validate], [Demo]); what they have in common is in [Surroundings]. [ServerStart]
/// joins a catalog, a log, a hub and a gateway. How an event looks to a person is decided in
/// [EventLine] and [Gist]; [TerminalText] makes sure that it does a terminal no harm.
@NullMarked
package dev.tocsin.app;

import org.jspecify.annotations.NullMarked;
