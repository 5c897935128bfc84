/// What an operator's file says, read with the place of everything that is wrong in it. Open [BridgeDescription] first: it is
/// what is said of one bridge. [Section] is a value with its place, [Faults] is what is wrong, and [SecretSource] is where a
/// secret is, which never stands in the file itself. Nothing here knows what a bridge does.
@NullMarked
package dev.tocsin.bridges.description;

import org.jspecify.annotations.NullMarked;
