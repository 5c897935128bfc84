package dev.tocsin.http;

/// What a server has had to do with TLS.
///
/// @param handshakes that succeeded
/// @param failedHandshakes that did not, those included that the client broke off
public record TlsFigures(long handshakes, long failedHandshakes) {}
