/// A simulation of many gateways on one shared log, with a clock of its own: the real hub, shards, replays and pages over a log
/// that behaves as a replicated one may. Begin at [Simulation]; [Scenario] has what happens, [Coefficient] what it costs.
@NullMarked
package dev.tocsin.simulation;

import org.jspecify.annotations.NullMarked;
