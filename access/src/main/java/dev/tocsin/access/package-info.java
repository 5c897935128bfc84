/// Who may what: principals, what they are granted, and the credentials by which they are known.
///
/// No network here: the gateway asks through a port of its own. Whatever holds a secret says so in its name, and shows it
/// to nobody: no `toString`, no exception.
@NullMarked
package dev.tocsin.access;

import org.jspecify.annotations.NullMarked;
