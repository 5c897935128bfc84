package dev.tocsin.hub;

import dev.tocsin.events.KeyReader;
import org.jspecify.annotations.Nullable;

/// What is the latest of one event type. Guarded by the lock of [LatestEvents].
final class LatestKeys {

  private final String type;
  private final @Nullable KeyReader reader;
  private final KeyTable keys = new KeyTable();

  /// The newest event that has no key: any, where the type has none.
  private long unkeyed;

  /// Up to here keys were forgotten because there were too many.
  private long forgotten;

  /// @param field the name of the key; `null` for types that have none
  LatestKeys(String type, @Nullable String field) {
    this.type = type;
    this.reader = field == null ? null : new KeyReader(field);
  }

  /// What it was at one moment. Immutable.
  ///
  /// @param field the name of the key; empty when there is none
  /// @param unkeyed the newest event without a key; 0 for none
  /// @param forgotten up to here keys were forgotten; 0 for never
  record View(String type, String field, long unkeyed, long forgotten, KeyTable.View keys) {}

  String type() {
    return type;
  }

  /// The name of the key; empty when there is none.
  String field() {
    return reader == null ? "" : reader.field();
  }

  int size() {
    return keys.size();
  }

  long forgotten() {
    return forgotten;
  }

  View view() {
    return new View(type, field(), unkeyed, forgotten, keys.view());
  }

  /// Notes an event, unless a newer one of its key is known.
  ///
  /// @param gone up to here the log has nothing any more
  void note(LoggedEvent event, KeyHash hash, long gone) {
    if (reader == null || !reader.read(event.event())) {
      noteUnkeyed(event.sequence());
      return;
    }
    hash.take(reader);
    put(hash.high(), hash.low(), event.sequence(), gone);
  }

  /// Notes what a key's newest event is.
  void put(long high, long low, long sequence, long gone) {
    if (sequence > forgotten) {
      keys.put(high, low, sequence, Math.max(gone, forgotten));
    }
  }

  void noteUnkeyed(long sequence) {
    unkeyed = Math.max(unkeyed, sequence);
  }

  /// Takes over up to where keys were forgotten.
  void noteForgotten(long through) {
    forgotten = Math.max(forgotten, through);
  }

  /// Lets go of what the log has no more.
  void forgetGone(long gone) {
    keys.forget(Math.max(gone, forgotten));
  }

  /// Forgets one in `parts` of the keys, the oldest.
  void forgetOldest(int parts) {
    noteForgotten(keys.oldestPart(parts));
    keys.forget(forgotten);
  }
}
