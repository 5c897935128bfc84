/// What the server tells a connection about itself: it is open, it failed, a message was refused.
///
/// Only the server sends these; nobody can publish them.
@NullMarked
package dev.tocsin.events.payload.connection;

import org.jspecify.annotations.NullMarked;
