package dev.tocsin.hub;

/// Sequences next to each other, the first and the last included.
///
/// @param from the first of them, from 1 on
/// @param to the last of them
public record Stretch(long from, long to) {

  public Stretch {
    if (from < 1 || to < from) {
      throw new IllegalArgumentException(from + " to " + to + " is no stretch");
    }
  }
}
