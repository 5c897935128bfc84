package dev.tocsin.access;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The keys that tokens are verified with, at one moment. Immutable.
///
/// @param keys those that can be used, at most [#MAX_KEYS]
/// @param ignored why others of the source cannot, each a sentence
record KeySet(List<VerificationKey> keys, List<String> ignored) {

  /// How many keys a set may have.
  static final int MAX_KEYS = 100;

  /// How many keys are tried with a token that does not say which it is signed with.
  static final int MAX_TRIED = 16;

  /// No key.
  static final KeySet NONE = new KeySet(List.of(), List.of());

  KeySet {
    keys = List.copyOf(keys);
    ignored = List.copyOf(ignored);
  }

  /// Whether there is a key of this `kid`.
  boolean knows(String id) {
    return keys.stream().anyMatch(key -> id.equals(key.id()));
  }

  boolean contains(VerificationKey key) {
    return keys.contains(key);
  }

  /// The keys that may have signed a token: those of its `kid`; without such those without a `kid` (a PEM file has none). For a
  /// token that does not say, all that are made for its algorithm, but not more than [#MAX_TRIED].
  List<VerificationKey> candidates(@Nullable String id, SignatureAlgorithm algorithm, Instant now) {
    String wanted = id != null && knows(id) ? id : null;
    return keys.stream()
        .filter(key -> id == null || Objects.equals(key.id(), wanted))
        .filter(key -> key.fits(algorithm) && key.isCurrent(now))
        .limit(MAX_TRIED)
        .toList();
  }
}
