package dev.tocsin.hub;

import dev.tocsin.events.Where;
import org.jspecify.annotations.Nullable;

/// A pattern with what narrows it, what they come down to, and how many connections hold them. Owned by the index.
final class Selection {

  /// What tells one from another.
  ///
  /// @param where `null` for everything that the pattern matches
  record Key(EventPattern pattern, @Nullable Where where) {}

  /// What one takes in memory besides what it contains, in bytes.
  private static final int OWN_BYTES = 112;

  private final Key key;
  private Interest interest;

  /// Kept by the index.
  int holders;

  Selection(Key key, Interest interest) {
    this.key = key;
    this.interest = interest;
  }

  Key key() {
    return key;
  }

  Interest interest() {
    return interest;
  }

  /// About how much memory it takes, in bytes, without its filter, which several may share.
  long heapBytes() {
    return OWN_BYTES + interest.heapBytes() + interest.conditionBytes();
  }

  /// Takes in types that have become known.
  void learn(Interest larger) {
    interest = larger;
  }
}
