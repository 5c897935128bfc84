package dev.tocsin.access;

import org.jspecify.annotations.Nullable;

/// How tokens (JWT) are judged. Immutable.
///
/// @param keys the issuer's keys: a file, or the https or http URL of a JWK set
/// @param issuer what the claim `iss` must be; `null` for anything
/// @param audience what the claim `aud` must be or hold; `null` for anything
public record JwtSettings(String keys, @Nullable String issuer, @Nullable String audience) {}
