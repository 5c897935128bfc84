package dev.tocsin.hub;

/// What a log is and how large.
///
/// @param kind what sort of log it is: `memory` or `sqlite`
/// @param bytes what it takes, in memory or on disk, with all its files
public record LogFigures(String kind, long bytes) {}
