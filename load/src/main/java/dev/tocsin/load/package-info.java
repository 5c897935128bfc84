/// The load driver: many connections that receive, one producer, and what the server needed for it.
///
/// Open [LoadDriver] first: it runs a [LoadPlan] and returns a [LoadReport]. The way of a delivery,
/// which has to cost less than what it measures: a [ReceivingLoop] reads the socket into one shared
/// array, [FrameScanner] finds the frames, [Subscriber] looks for the [Mark] in each, and [Tally]
/// counts. No object is made on it.
///
/// It knows servers only by what they say on the wire, and depends on none of theirs.
@NullMarked
package dev.tocsin.load;

import org.jspecify.annotations.NullMarked;
