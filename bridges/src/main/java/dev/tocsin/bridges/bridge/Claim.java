package dev.tocsin.bridges.bridge;

/// Something that one bridge of a file may have, and no other.
///
/// @param member where the file says it
/// @param value which is another for each bridge
public record Claim(String member, String value) {}
