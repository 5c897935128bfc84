/// Bridges that append events to a file. Open [FileReceiver] first; [WrittenLines] finds what was written and not noted,
/// [RotatedFiles] are the files before the one at hand.
@NullMarked
package dev.tocsin.bridges.out.file;

import org.jspecify.annotations.NullMarked;
