package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.mapping.PayloadPath;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// A part of the topic under which an event goes out. Immutable.
sealed interface TopicPart {

  /// As it is.
  record Words(String text) implements TopicPart {}

  /// Something that each event has, or most.
  enum OfEvent implements TopicPart {
    /// Its type, `alert.created`.
    TYPE,
    /// What it is about: the field that its type names as its key.
    KEY,
    /// What stands before the dot of its type.
    DOMAIN,
    /// What stands after it; without a dot all of the type.
    ACTION,
    /// Its channel.
    CHANNEL,
    /// What tells it from all others, the same on each try: the epoch of the log and the sequence.
    ID;

    /// The word for it between braces.
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A value in its payload.
  ///
  /// @param path one name at least
  record OfPayload(PayloadPath path) implements TopicPart {}

  /// The words that may stand between braces.
  static Set<String> words() {
    Set<String> words = new TreeSet<>();
    for (OfEvent part : OfEvent.values()) {
      words.add(part.word());
    }
    words.add("payload");
    return words;
  }
}
