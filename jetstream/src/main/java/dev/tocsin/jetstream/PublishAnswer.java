package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the stream answers to one publish.
sealed interface PublishAnswer {

  /// JetStream has a message of the same id in work, and knows soon what became of it.
  int ID_IN_FLIGHT = 10158;

  /// It is in the stream.
  ///
  /// @param duplicate whether it was there before, under the same id
  record Taken(long sequence, boolean duplicate) implements PublishAnswer {}

  /// It is not in the stream, and may be sent again.
  ///
  /// @param inFlight whether that is because the same id is in work
  record NotNow(String reason, boolean inFlight) implements PublishAnswer {}

  /// Nobody listens to the subject.
  NotNow NOBODY = new NotNow("JetStream has no leader at the moment", false);

  /// The message is larger than the stream takes, or its headers are.
  List<Integer> TOO_LARGE = List.of(10054, 10097);

  /// It is not in the stream and never will be.
  ///
  /// @param all whether the stream takes no other either, as far as it says
  record Never(String reason, boolean all) implements PublishAnswer {}

  /// Reads an acknowledgement; `null` when it is none. Nearly all are `{"stream":"…","seq":…}`, which is read without a parser.
  static @Nullable PublishAnswer of(byte[] json) {
    long sequence = sequence(json);
    if (sequence > 0) {
      return new Taken(sequence, false);
    }
    return switch (JetStreamApi.answer(json)) {
      case Answer.Done(JsonNode tree) -> {
        long seq = tree.path("seq").asLong(0);
        yield seq > 0 ? new Taken(seq, tree.path("duplicate").asBoolean(false)) : null;
      }
      case Answer.Refused(int status, int code, String words) -> {
        boolean inFlight = code == ID_IN_FLIGHT;
        yield inFlight || status >= 500 || status == 429
            ? new NotNow("JetStream does not take it at the moment: " + words, inFlight)
            : new Never("JetStream does not take it: " + words, !TOO_LARGE.contains(code));
      }
      case Answer.Silent silent -> null;
    };
  }

  /// The sequence of an acknowledgement that says nothing else than it and the stream; 0 when it may.
  private static long sequence(byte[] json) {
    // From the end: a brace, digits, then ,"seq":
    int at = json.length - 1;
    if (at < 0 || json[at] != '}') {
      return 0;
    }
    long sequence = 0;
    long unit = 1;
    for (at--; at >= 0 && json[at] >= '0' && json[at] <= '9' && unit > 0; at--) {
      sequence += (json[at] - '0') * unit;
      unit *= 10;
    }
    return at > 6
            && json[at] == ':'
            && json[at - 1] == '"'
            && json[at - 2] == 'q'
            && json[at - 3] == 'e'
            && json[at - 4] == 's'
            && json[at - 5] == '"'
            && json[2] == 's'
        ? sequence
        : 0;
  }
}
