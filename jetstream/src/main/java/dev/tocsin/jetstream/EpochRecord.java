package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import dev.tocsin.hub.Stretch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What all gateways of a log agree on: the name of its epoch, and of which stream it is the epoch.
///
/// @param epoch the name
/// @param created when the stream was made, in the server's words
/// @param sequence the sequence of an event that was in it; 0 when there was none
/// @param digest the digest of that event's body; empty when there was none
/// @param foreign the parts in which there may be messages up to that sequence that are no event, ascending; later ones may be
///     named as well
/// @param revision the revision of the record in its bucket; 0 when it was not read from there
record EpochRecord(
    String epoch,
    String created,
    long sequence,
    String digest,
    List<Stretch> foreign,
    long revision) {

  /// What an epoch can be called: whatever else stands there, somebody else has written.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  EpochRecord {
    foreign = List.copyOf(foreign);
  }

  /// Reads a record; `null` when it is none.
  static @Nullable EpochRecord of(byte[] json, long revision) {
    if (!(Json.read(json) instanceof Json.Value(JsonNode tree))) {
      return null;
    }
    String epoch = tree.path("epoch").asString("");
    long sequence = tree.path("sequence").asLong(0);
    return !NAME.matcher(epoch).matches()
        ? null
        : new EpochRecord(
            epoch,
            tree.path("created").asString(""),
            sequence,
            tree.path("digest").asString(""),
            foreign(tree.path("foreign"), sequence),
            revision);
  }

  /// What is named; all of it where nothing is said.
  private static List<Stretch> foreign(JsonNode told, long sequence) {
    List<Stretch> parts = new ArrayList<>();
    for (JsonNode part : told) {
      long from = part.path(0).asLong(0);
      long to = part.path(1).asLong(0);
      if (from < 1 || to < from) {
        return all(sequence);
      }
      parts.add(new Stretch(from, to));
    }
    return told.isArray() ? parts : all(sequence);
  }

  private static List<Stretch> all(long sequence) {
    return sequence < 1 ? List.of() : List.of(new Stretch(1, sequence));
  }

  byte[] json() {
    ObjectNode node = JetStreamApi.request();
    node.put("epoch", epoch);
    node.put("created", created);
    node.put("sequence", sequence);
    node.put("digest", digest);
    ArrayNode parts = node.putArray("foreign");
    foreign.forEach(part -> parts.addArray().add(part.from()).add(part.to()));
    return Json.write(node).getBytes(StandardCharsets.UTF_8);
  }

  /// The same epoch, vouched for by another event.
  EpochRecord at(long newSequence, String newDigest, List<Stretch> newForeign) {
    return new EpochRecord(epoch, created, newSequence, newDigest, newForeign, revision);
  }
}
