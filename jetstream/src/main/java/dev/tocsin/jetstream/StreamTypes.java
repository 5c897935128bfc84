package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which types the stream has, and the last event of each. Blocks; of the thread that opens the log, later of the follower's.
final class StreamTypes {

  /// How many types are asked for at a time when there are more than JetStream answers at once (1,024): as many as fit into a
  /// message of the smallest size that is allowed here.
  private static final int MAX_NAMED = 256;

  /// How often at the most it looks what was before messages that are no events: for all types together.
  private static final int MAX_STEPS = 1_024;

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

  /// What came last, as some server has it: it may be behind the leader.
  ///
  /// @param byType the last event of each type
  /// @param newest the last message, an event or not
  record Last(Map<String, Long> byType, long newest) {}

  /// Looks what came last up to a sequence.
  Last last(long upTo) throws EpochKeeper.UndecidedException, InterruptedException {
    List<DirectGet.Found> last = new ArrayList<>();
    try {
      if (!noteLast(List.of(codec.subjects()), upTo, last)) {
        List<String> subjects = subjects();
        for (int from = 0; from < subjects.size(); from += MAX_NAMED) {
          int to = Math.min(subjects.size(), from + MAX_NAMED);
          noteLast(subjects.subList(from, to), upTo, last);
        }
      }
      return new Last(
          byType(last), last.stream().mapToLong(DirectGet.Found::sequence).max().orElse(0));
    } catch (ExecutionException e) {
      throw new EpochKeeper.UndecidedException(
          "the newest events of each type cannot be read: " + e.getMessage());
    }
  }

  /// The last event of each type. Where the last message of a subject is none, those before it are looked at.
  private Map<String, Long> byType(List<DirectGet.Found> last)
      throws ExecutionException, InterruptedException {
    Map<String, Long> byType = new HashMap<>();
    int steps = MAX_STEPS;
    for (DirectGet.Found each : last) {
      String type = each.event() == null ? codec.type(each.subject()) : each.event().type();
      DirectGet.@Nullable Found found = each;
      while (type != null && found != null && found.event() == null && steps > 0) {
        steps--;
        found = before(found);
      }
      if (type != null && found != null) {
        // One that is no event stands for those before it that were not looked at.
        byType.merge(type, found.sequence(), Math::max);
      }
    }
    return byType;
  }

  /// The message of the same subject before another; `null` when there is none.
  private DirectGet.@Nullable Found before(DirectGet.Found found)
      throws ExecutionException, InterruptedException {
    if (found.sequence() == 1) {
      return null;
    }
    List<DirectGet.Found> before =
        direct.get(request(List.of(found.subject()), found.sequence() - 1)).get().messages();
    return before.isEmpty() ? null : before.getLast();
  }

  private static ObjectNode request(List<String> subjects, long upTo) {
    ObjectNode request = JetStreamApi.request();
    subjects.forEach(request.putArray("multi_last")::add);
    request.put("up_to_seq", upTo);
    request.put("batch", StreamRanges.MAX_BATCH);
    return request;
  }

  /// Whether the subjects were not too many.
  private boolean noteLast(List<String> subjects, long upTo, List<DirectGet.Found> last)
      throws ExecutionException, InterruptedException {
    try {
      last.addAll(direct.get(request(subjects, upTo)).get().messages());
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
