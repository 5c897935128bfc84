package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What all gateways of a log agree on: the name of its epoch, and of which stream it is the epoch.
///
/// @param epoch the name
/// @param created when the stream was made, in the server's words
/// @param sequence the sequence of an event that was in it; 0 when there was none
/// @param digest the digest of that event's body; empty when there was none
/// @param revision the revision of the record in its bucket; 0 when it was not read from there
record EpochRecord(String epoch, String created, long sequence, String digest, long revision) {

  /// What an epoch can be called: whatever else stands there, somebody else has written.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// Reads a record; `null` when it is none.
  static @Nullable EpochRecord of(byte[] json, long revision) {
    if (!(Json.read(json) instanceof Json.Value(JsonNode tree))) {
      return null;
    }
    String epoch = tree.path("epoch").asString("");
    return !NAME.matcher(epoch).matches()
        ? null
        : new EpochRecord(
            epoch,
            tree.path("created").asString(""),
            tree.path("sequence").asLong(0),
            tree.path("digest").asString(""),
            revision);
  }

  byte[] json() {
    ObjectNode node = JetStreamApi.request();
    node.put("epoch", epoch);
    node.put("created", created);
    node.put("sequence", sequence);
    node.put("digest", digest);
    return Json.write(node).getBytes(StandardCharsets.UTF_8);
  }

  /// The same epoch, vouched for by another event.
  EpochRecord at(long newSequence, String newDigest) {
    return new EpochRecord(epoch, created, newSequence, newDigest, revision);
  }
}
