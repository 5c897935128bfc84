/// A whole server inside another program.
///
/// Open [TocsinServer] first. [ServerBuilder] says what it is like, [ServerParts] what it is made of; the program `tocsin`
/// starts from the same parts. A [Following] hands events on within the process: a cursor on the log like any other subscriber.
@NullMarked
package dev.tocsin.server;

import org.jspecify.annotations.NullMarked;
