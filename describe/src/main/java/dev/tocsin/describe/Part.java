package dev.tocsin.describe;

import tools.jackson.databind.JsonNode;

/// A schema that has a name of its own in the documents: a payload, or what a `$ref` leads to.
///
/// @param name unique in the catalog
/// @param document the schema that it stands in, whose references it may hold
/// @param schema itself: an object, or `true` or `false`
record Part(String name, NamedSchemas.Document document, JsonNode schema) {}
