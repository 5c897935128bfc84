package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The key-value bucket beside the stream, with its one record: read from its leader, changed by compare-and-set. Any tool for
/// key-value buckets of NATS can read it.
final class EpochBucket {

  private static final String KEY = "epoch";

  /// What the record, and the one that takes its place, may need, in bytes.
  private static final long MIN_BYTES = 4_096;

  /// What a new bucket may take, in bytes: some accounts take none without a limit.
  private static final long MAX_BYTES = 64 * 1_024;

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

  /// The same for whoever can wait, see [JetStreamApi#askUntilAnswered(String, JsonNode, Duration)].
  Content readUntilAnswered(Duration atMost) throws InterruptedException {
    return content(api.askUntilAnswered(reading(), newest(), atMost));
  }

  /// Whether a server that has the bucket knows the record of an epoch as the newest. It may be behind the bucket's leader, and
  /// answers when there is none.
  boolean anyKnows(String epoch) throws InterruptedException {
    return api.askUntilAnswered("DIRECT.GET." + stream, newest())
            instanceof Answer.Done(JsonNode record)
        && record.path("epoch").asString("").equals(epoch);
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

  /// Refuses a bucket that is kept in a way in which the record can be lost, naming each difference. One that is missing, or of
  /// which nobody says anything, is not looked at. Blocks.
  void check() throws JetStreamOpenException {
    if (api.askNow("STREAM.INFO." + stream, null) instanceof Answer.Done(JsonNode json)) {
      List<String> differences = differences(json.path("config"));
      if (!differences.isEmpty()) {
        throw new JetStreamOpenException(
            "The bucket of the epoch, "
                + stream
                + ", is kept in a way in which it can be lost: "
                + String.join("; ", differences)
                + ". Change it, or delete it, so that the gateway makes another");
      }
    }
  }

  /// What would lose the record, or keep it from being written.
  List<String> differences(JsonNode found) {
    List<String> differences = new ArrayList<>();
    if (!found.path("subjects").toString().equals("[\"" + subjects + "\"]")) {
      differences.add(
          "subjects is " + found.path("subjects") + " and should be [\"" + subjects + "\"]");
    }
    for (String name : List.of("storage", "retention")) {
      String wanted = name.equals("storage") ? "file" : "limits";
      if (!found.path(name).asString("").equals(wanted)) {
        differences.add(name + " is " + found.path(name) + " and should be \"" + wanted + "\"");
      }
    }
    if (found.path("max_age").asLong(0) > 0) {
      differences.add("max_age is " + found.path("max_age") + " and should be 0");
    }
    if (found.path("num_replicas").asInt(1) < replicas) {
      differences.add(
          "num_replicas is " + found.path("num_replicas") + " and should be " + replicas);
    }
    for (String name : List.of("max_msg_size", "max_bytes")) {
      long bytes = found.path(name).asLong(-1);
      if (bytes > 0 && bytes < MIN_BYTES) {
        differences.add(name + " is " + bytes + " and should be unlimited, or " + MIN_BYTES);
      }
    }
    for (String name : List.of("sealed", "no_ack")) {
      if (found.path(name).asBoolean(false)) {
        differences.add(name + " is true and should be false");
      }
    }
    return differences;
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
    config.put("max_bytes", MAX_BYTES);
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
