/// How messages of another system become events. Open [Mapping] first, which makes events of the messages that it is for; a
/// [MappingReader] reads it and holds it against the schema of its type. A [Template] describes a value, a [Reference] names a
/// part of a message, a [Conversion] makes another value of one. Nothing here knows where a message comes from.
@NullMarked
package dev.tocsin.bridges.mapping;

import org.jspecify.annotations.NullMarked;
