/// Bridges that send events out, whatever they send them to. Open [OutLoop] first: it follows the hub from the position in its
/// [OutState], [Sending] asks the [Receiver] again until it has taken what there is, and [SetAside] keeps what it refuses for
/// good. A kind brings its [OutSettings] and its [Receiver], and no more.
@NullMarked
package dev.tocsin.bridges.out;

import org.jspecify.annotations.NullMarked;
