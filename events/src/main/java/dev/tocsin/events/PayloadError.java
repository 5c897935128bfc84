package dev.tocsin.events;

/// One fault of a payload.
///
/// @param path a JSON pointer (RFC 6901) into the payload, `""` for the payload itself; a missing
///     field's path names the field
/// @param code a stable code: `required`, `type`, `enum`, `minimum`, `maximum`, `format`, or the
///     JSON Schema keyword that was not met; `too_complex` when a folder's schema could not be
///     applied within bounds
/// @param message a sentence for a person
public record PayloadError(String path, String code, String message) {}
