package dev.tocsin.sqlite;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Stretch;
import java.util.List;

/// What a look into the file has found, and how far it looked.
///
/// @param events in order
/// @param lost the stretches between where it began and `position` that cannot be read: thrown away,
///     missing or damaged; ascending, apart from each other
/// @param position the last sequence that was looked at
record LogPage(List<LoggedEvent> events, List<Stretch> lost, long position) {}
