/// The catalog told to other tools: TypeScript, OpenAPI and AsyncAPI documents, and the mapping to CloudEvents.
///
/// Open [Descriptions] first: it makes the documents of a catalog. [NamedSchemas] gives every schema that they speak of a
/// name, the same in all of them; [TypeScriptPage] and the like write them down.
///
/// No network here, no threads, no state: everything is made from what `events` says.
@NullMarked
package dev.tocsin.describe;

import org.jspecify.annotations.NullMarked;
