package dev.tocsin.client;

/// A place in a log: everything that matches and lies above it is still to come.
///
/// @param epoch the name of the log; a sequence means something only within it
/// @param sequence from 0, the place before the first event
public record Position(String epoch, long sequence) {}
