package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which types the stream has, and the last event of each. Blocks; of the thread that opens the log, later of the follower's.
final class StreamTypes {

  /// How many types are asked for at a time when there are more than JetStream answers at once (1,024): as many as fit into a
  /// message of the smallest size that is allowed here.
  private static final int MAX_NAMED = 256;

  private final DirectGet direct;
  private final JetStreamApi api;
  private final EventCodec codec;
  private final String stream;

  StreamTypes(DirectGet direct, JetStreamApi api, EventCodec codec, String stream) {
    this.direct = direct;
    this.api = api;
    this.codec = codec;
    this.stream = stream;
  }

  /// The last sequence of each type, as some server has it: it may be behind the leader.
  Map<String, Long> lastByType(long upTo)
      throws EpochKeeper.UndecidedException, InterruptedException {
    Map<String, Long> last = new HashMap<>();
    try {
      if (!noteLast(List.of(codec.subjects()), upTo, last)) {
        List<String> subjects = subjects();
        for (int from = 0; from < subjects.size(); from += MAX_NAMED) {
          int to = Math.min(subjects.size(), from + MAX_NAMED);
          noteLast(subjects.subList(from, to), upTo, last);
        }
      }
      return last;
    } catch (ExecutionException e) {
      throw new EpochKeeper.UndecidedException(
          "the newest events of each type cannot be read: " + e.getMessage());
    }
  }

  /// Whether the subjects were not too many.
  private boolean noteLast(List<String> subjects, long upTo, Map<String, Long> last)
      throws ExecutionException, InterruptedException {
    ObjectNode request = JetStreamApi.request();
    subjects.forEach(request.putArray("multi_last")::add);
    request.put("up_to_seq", upTo);
    request.put("batch", StreamRanges.MAX_BATCH);
    try {
      for (DirectGet.Found found : direct.get(request).get().messages()) {
        if (found.event() != null) {
          last.merge(found.event().type(), found.sequence(), Math::max);
        }
      }
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DirectGet.ReadException failure && failure.isTooMany()) {
        return false;
      }
      throw e;
    }
  }

  /// The subjects of all events, as the leader has them.
  private List<String> subjects() throws EpochKeeper.UndecidedException {
    List<String> subjects = new ArrayList<>();
    int total;
    do {
      ObjectNode request = JetStreamApi.request();
      request.put("subjects_filter", codec.subjects());
      request.put("offset", subjects.size());
      Answer answer = api.askNow("STREAM.INFO." + stream, request);
      if (!(answer instanceof Answer.Done(JsonNode json))) {
        throw new EpochKeeper.UndecidedException(String.valueOf(answer.fault()));
      }
      int before = subjects.size();
      subjects.addAll(json.path("state").path("subjects").propertyNames());
      total = subjects.size() == before ? before : json.path("total").asInt(0);
    } while (subjects.size() < total);
    return subjects;
  }
}
