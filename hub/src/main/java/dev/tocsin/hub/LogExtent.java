package dev.tocsin.hub;

/// Which log it is that is to be copied, and from where to where it goes.
///
/// @param identity tells it from every other log, as far as its kind can; one line of text
/// @param oldest the oldest sequence that may be there; one more than `newest` when there is none
/// @param newest the newest sequence that was ever given; 0 before the first
public record LogExtent(String identity, long oldest, long newest) {

  public LogExtent {
    if (oldest < 1 || newest < 0 || oldest > newest + 1) {
      throw new IllegalArgumentException("no log goes from " + oldest + " to " + newest);
    }
  }

  /// The same log from a later sequence on.
  LogExtent from(long sequence) {
    return new LogExtent(identity, sequence, newest);
  }

  /// Whether another one is the same log with the same head. What is oldest may have changed: retention goes on.
  public boolean hasSameHead(LogExtent other) {
    return identity.equals(other.identity) && newest == other.newest;
  }
}
