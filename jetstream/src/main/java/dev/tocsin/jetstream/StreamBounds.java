package dev.tocsin.jetstream;

import dev.tocsin.hub.Stretch;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/// What is known of the stream's beginning and of what it has lost after that. Any thread; nothing blocks.
final class StreamBounds {

  private final JetStreamApi api;
  private final String stream;

  // written by whoever is told, read by any
  private final AtomicLong oldest = new AtomicLong(1);
  private volatile LostParts lostParts = LostParts.NONE;
  private volatile long deleted;

  StreamBounds(JetStreamApi api, String stream) {
    this.api = api;
    this.stream = stream;
  }

  /// Forgets what was known: it may have been another stream.
  void begin(StreamInfo info) {
    oldest.set(info.first());
    lostParts = LostParts.NONE;
    note(info);
  }

  /// The oldest sequence that can be read, as far as is known.
  long oldest() {
    return oldest.get();
  }

  /// Takes what the leader says of the stream.
  void note(StreamInfo info) {
    startAt(info.first());
    deleted = info.deleted();
    if (info.deleted() != lostParts.deleted()) {
      api.ask("STREAM.INFO." + stream, JetStreamApi.request().put("deleted_details", true))
          .thenAccept(answer -> {
            if (answer instanceof Answer.Done(JsonNode json)) {
              lostParts = LostParts.of(json);
            }
          });
    }
  }

  /// Nothing is left below a sequence.
  void startAt(long first) {
    oldest.accumulateAndGet(first, Math::max);
  }

  /// Whether all that the stream has lost is known, as of what its leader said last.
  boolean knowsLost() {
    LostParts known = lostParts;
    return known.deleted() == deleted && known.isWhole();
  }

  /// What is known to be lost after a position, up to another.
  ///
  /// @param before a sequence that is there: what is below it and older than the oldest is lost
  List<Stretch> lostBetween(long after, long to, long before) {
    List<Stretch> lost = new ArrayList<>(0);
    long gone = Math.min(Math.min(oldest.get(), before) - 1, to);
    if (gone > after) {
      lost.add(new Stretch(after + 1, gone));
    }
    lost.addAll(lostParts.between(Math.max(after, gone), to));
    return lost;
  }
}
