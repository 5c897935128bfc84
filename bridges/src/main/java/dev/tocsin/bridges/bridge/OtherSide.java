package dev.tocsin.bridges.bridge;

/// Where a bridge connects to.
///
/// @param bridge its name
/// @param address for people: with the port, without a path and what may stand there that is secret
/// @param host its name, or an address without brackets
public record OtherSide(String bridge, String address, String host, int port) {}
