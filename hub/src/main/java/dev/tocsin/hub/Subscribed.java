package dev.tocsin.hub;

import dev.tocsin.events.Where;
import org.jspecify.annotations.Nullable;

/// A pattern that a connection holds.
///
/// @param where what narrows it; `null` for everything that it matches
public record Subscribed(EventPattern pattern, @Nullable Where where) {}
