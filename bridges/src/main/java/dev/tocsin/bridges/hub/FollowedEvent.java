package dev.tocsin.bridges.hub;

/// An event as the hub hands it to a bridge.
///
/// @param sequence in the log
/// @param type of it
/// @param envelope its JSON, with `sequence`; not to be changed
@SuppressWarnings("ArrayRecordComponent") // made once, sent once, never compared
public record FollowedEvent(long sequence, String type, byte[] envelope) {}
