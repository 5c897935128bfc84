package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Section;
import tools.jackson.databind.JsonNode;

/// A value that a field can get, tried against its schema before any message comes.
///
/// @param place where the file says so
/// @param exact whether the field can get this very value; otherwise only the kind of value counts
record Sample(Section place, JsonNode value, boolean exact) {}
