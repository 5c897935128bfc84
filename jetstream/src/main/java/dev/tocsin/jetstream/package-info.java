/// The log that many gateways share: the port of `hub` over one JetStream stream.
///
/// Open [JetStreamEventLog] first. [Link] is the connection, [JetStreamApi] what is asked over it, [StreamSetup] how the
/// stream has to be. [Sender] brings events in, [StreamFollower] takes them out, [Delivery] hands them on, [StreamPages]
/// reads back what was before, within one of the [Terms]; what another server lacks, the [StreamLeader] is asked for.
/// [EpochKeeper] decides whether the epoch goes on, [EpochVoucher] keeps its record at the newest event. [EventCodec] knows
/// what a message looks like.
@NullMarked
package dev.tocsin.jetstream;

import org.jspecify.annotations.NullMarked;
