package dev.tocsin.hub;

/// An idempotency key on its way into another log, as its digest: some logs keep no more of it.
///
/// @param digest see [IdempotencyKey#digest]; not to be changed
/// @param bodyDigest see [IdempotencyKey#bodyDigest]; not to be changed
/// @param leftMillis for how long it is to be remembered from now on, more than 0
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
public record CopiedKey(byte[] digest, byte[] bodyDigest, long leftMillis) {}
