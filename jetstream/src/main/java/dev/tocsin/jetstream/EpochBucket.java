package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The key-value bucket beside the stream, with its one record: read from its leader, changed by compare-and-set. Any tool for
/// key-value buckets of NATS can read it.
final class EpochBucket {

  private static final String KEY = "epoch";

  private final JetStreamApi api;
  private final int replicas;
  private final String stream;
  private final String subject;
  private final String subjects;

  EpochBucket(JetStreamSettings settings, JetStreamApi api) {
    this.api = api;
    this.replicas = settings.replicas();
    this.stream = "KV_" + settings.stream();
    this.subjects = "$KV." + settings.stream() + ".>";
    this.subject = "$KV." + settings.stream() + "." + KEY;
  }

  /// What is there.
  sealed interface Content {

    /// The record.
    record Found(EpochRecord epoch) implements Content {}

    /// None.
    ///
    /// @param revision of what stands in its place; 0 for nothing
    /// @param bucket whether there is a bucket
    record Absent(long revision, boolean bucket) implements Content {}

    /// Nobody says.
    record Unknown(String reason) implements Content {}
  }

  CompletableFuture<Content> read() {
    return api.ask(reading(), newest()).thenApply(EpochBucket::content);
  }

  /// The same for whoever can wait, see [JetStreamApi#askUntilAnswered].
  Content readUntilAnswered() throws InterruptedException {
    return content(api.askUntilAnswered(reading(), newest()));
  }

  private String reading() {
    return "STREAM.MSG.GET." + stream;
  }

  private ObjectNode newest() {
    return JetStreamApi.request().put("last_by_subj", subject);
  }

  private static Content content(Answer answer) {
    return switch (answer) {
      case Answer.Done(JsonNode json) -> {
        StoredMessage message = StoredMessage.of(json);
        if (message == null) {
          yield new Content.Unknown("JetStream answered something else than a message");
        }
        EpochRecord epoch = EpochRecord.of(message.body(), message.sequence());
        yield epoch == null
            ? new Content.Absent(message.sequence(), true)
            : new Content.Found(epoch);
      }
      case Answer.Refused(int status, int code, String words) ->
          switch (code) {
            case JetStreamApi.MESSAGE_NOT_FOUND -> new Content.Absent(0, true);
            case JetStreamApi.STREAM_NOT_FOUND -> new Content.Absent(0, false);
            default -> new Content.Unknown(words);
          };
      case Answer.Silent(String reason, boolean nobody) -> new Content.Unknown(reason);
    };
  }

  /// Makes the bucket.
  CompletableFuture<Answer> create() {
    ObjectNode config = JetStreamApi.request();
    config.put("name", stream);
    config.putArray("subjects").add(subjects);
    config.put("storage", "file");
    config.put("retention", "limits");
    config.put("discard", "new");
    config.put("num_replicas", replicas);
    config.put("max_msgs_per_subject", 1);
    config.put("deny_delete", true);
    config.put("allow_rollup_hdrs", true);
    config.put("allow_direct", true);
    return api.ask("STREAM.CREATE." + stream, config);
  }

  /// Puts a record in the place of the revision that it names; refused when another was faster.
  CompletableFuture<Answer> put(EpochRecord epoch) {
    String headers =
        "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: " + epoch.revision() + "\r\n\r\n";
    return api.send(
        subject, new RawHeaders(headers.getBytes(StandardCharsets.ISO_8859_1)), epoch.json());
  }
}
