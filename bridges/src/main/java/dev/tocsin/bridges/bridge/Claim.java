package dev.tocsin.bridges.bridge;

import org.jspecify.annotations.Nullable;

/// Something that one bridge of a file has for itself.
///
/// @param member where the file says it
/// @param value which is another for each bridge
/// @param otherwise what comes of it when two bridges have it; `null` where that may not be
public record Claim(String member, String value, @Nullable String otherwise) {

  /// One that no other bridge may have.
  public Claim(String member, String value) {
    this(member, value, null);
  }
}
