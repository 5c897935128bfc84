package dev.tocsin.hub;

import java.util.List;

/// What a look into a log that is copied has found: all events after the position it was asked for, up to its own. A sequence
/// in between that has no event there is a hole: lost, thrown away, or somebody else's.
///
/// @param events ascending
/// @param position how far it looked; further than before
public record CopiedPage(List<CopiedEvent> events, long position) {}
