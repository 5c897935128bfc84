package dev.tocsin.jetstream;

import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.api.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Finds the stream as the settings want it, or makes it, and says in words what is in the way. Blocks; of the thread that
/// opens the log, later of the follower's.
final class StreamSetup {

  private static final String VERSION = "2.11.0";

  /// What a message with an event can need, in bytes.
  private static final long LARGEST = WebSocketEvent.MAX_BYTES + EventCodec.MAX_OVERHEAD;

  /// What a stream of events has not switched on.
  private static final List<String> SWITCHES =
      List.of(
          "sealed",
          "no_ack",
          "allow_msg_ttl",
          "allow_msg_counter",
          "allow_msg_schedules",
          "mirror_direct");

  private final JetStreamSettings settings;
  private final Link link;
  private final JetStreamApi api;

  StreamSetup(JetStreamSettings settings, Link link, JetStreamApi api) {
    this.settings = settings;
    this.link = link;
    this.api = api;
  }

  /// Whether the servers can do what is needed at all.
  void checkServer() throws JetStreamOpenException {
    ServerInfo server = link.connection().getServerInfo();
    if (server.isOlderThanVersion(VERSION)) {
      throw new JetStreamOpenException(
          "The NATS server "
              + link.server()
              + " is "
              + server.getVersion()
              + ": a shared log needs "
              + VERSION
              + " or newer");
    }
    if (server.getMaxPayload() < LARGEST) {
      throw new JetStreamOpenException(
          "The NATS server "
              + link.server()
              + " takes messages of "
              + server.getMaxPayload()
              + " bytes, but an event can need "
              + LARGEST
              + ": raise max_payload");
    }
  }

  /// The stream as it has to be.
  static ObjectNode config(JetStreamSettings settings) {
    ObjectNode config = JetStreamApi.request();
    config.put("name", settings.stream());
    config.putArray("subjects").add(settings.prefix() + ".e.>");
    config.put("storage", "file");
    config.put("retention", "limits");
    config.put("discard", "old");
    config.put("num_replicas", settings.replicas());
    config.put("max_age", settings.retain().toNanos());
    config.put("max_bytes", settings.retainBytes());
    config.put("duplicate_window", settings.idempotencyWindow().toNanos());
    config.put("deny_delete", true);
    config.put("deny_purge", true);
    config.put("allow_direct", true);
    return config;
  }

  /// Finds the stream, or makes it where the settings allow it.
  StreamInfo ensure() throws JetStreamOpenException {
    return Objects.requireNonNull(find(true));
  }

  /// Finds the stream, and makes nothing.
  ///
  /// @return `null` when there is none, and the settings allow to make it
  @Nullable StreamInfo look() throws JetStreamOpenException {
    return find(false);
  }

  private @Nullable StreamInfo find(boolean making) throws JetStreamOpenException {
    long end = System.nanoTime() + Link.PATIENCE.toNanos();
    while (true) {
      link.forgetViolation();
      Answer found = api.askNow("STREAM.INFO." + settings.stream(), null);
      if (found instanceof Answer.Refused(int status, int code, String words)
          && code == JetStreamApi.STREAM_NOT_FOUND) {
        if (!settings.create()) {
          throw new JetStreamOpenException(
              "NATS has no stream "
                  + settings.stream()
                  + ", and this gateway is told not to create it: create it, or let the gateway do"
                  + " it");
        }
        if (!making) {
          return null;
        }
        found = api.askNow("STREAM.CREATE." + settings.stream(), config(settings));
      }
      switch (found) {
        case Answer.Done(JsonNode json) -> {
          if (CopyMarks.of(json.path("config")).unfinished() != null) {
            throw new JetStreamOpenException(CopyMarks.refusal(settings.stream()));
          }
          String fault = fault(settings, json.path("config"));
          if (fault != null) {
            throw new JetStreamOpenException(fault);
          }
          return StreamInfo.of(json);
        }
        case Answer.Refused refused when isFinal(refused) -> throw refusal(refused);
        case Answer.Refused refused -> pauseUntil(end, refusal(refused));
        case Answer.Silent silent -> {
          PermissionCheck.tell(link);
          pauseUntil(end, silence(silent));
        }
      }
    }
  }

  static void pauseUntil(long endNanos, JetStreamOpenException otherwise)
      throws JetStreamOpenException {
    if (System.nanoTime() > endNanos) {
      throw otherwise;
    }
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw otherwise;
    }
  }

  static boolean isFinal(Answer.Refused refused) {
    return refused.status() >= 400
        && refused.status() < 500
        && refused.code() != JetStreamApi.STREAM_NAME_IN_USE
        && refused.code() != JetStreamApi.STREAM_NOT_FOUND;
  }

  JetStreamOpenException refusal(Answer.Refused refused) {
    return switch (refused.code()) {
      case JetStreamApi.NOT_ENABLED, JetStreamApi.NOT_ENABLED_FOR_ACCOUNT ->
          new JetStreamOpenException(
              "JetStream is not enabled on "
                  + link.server()
                  + " or not for this account: enable it in the servers' configuration");
      default ->
          new JetStreamOpenException(
              "NATS refuses the stream " + settings.stream() + ": " + refused.description());
    };
  }

  JetStreamOpenException silence(Answer.Silent silent) {
    return new JetStreamOpenException(
        silent.nobody()
            ? "Nobody answers for JetStream on "
                + link.server()
                + ": enable it, and see whether enough servers of the cluster run"
            : silent.reason()
                + ": see whether enough servers of the cluster run, and whether this account may"
                + " use $JS.API.>");
  }

  /// Why a stream is refused that is kept in another way: a sentence that names each difference; `null` where there is none.
  ///
  /// @param found the configuration of the stream
  static @Nullable String fault(JetStreamSettings settings, JsonNode found) {
    JsonNode wanted = config(settings);
    List<String> differences = new ArrayList<>();
    for (String name : wanted.propertyNames()) {
      JsonNode value = found.get(name);
      String is = value == null ? "absent" : value.toString();
      String shouldBe = wanted.path(name).toString();
      if (!is.equals(shouldBe) && !(value == null && shouldBe.equals("false"))) {
        differences.add(name + " is " + is + " and should be " + shouldBe);
      }
    }
    foreign(found, differences);
    return differences.isEmpty()
        ? null
        : "The stream "
            + settings.stream()
            + " is kept in another way than this gateway is told: "
            + String.join("; ", differences)
            + ". Change the one or the other, or choose another prefix";
  }

  /// What would make something else of a log, although nobody asks for it.
  private static void foreign(JsonNode found, List<String> differences) {
    for (String name : List.of("max_msgs", "max_msgs_per_subject", "max_consumers")) {
      if (found.path(name).asLong(-1) > 0) {
        differences.add(name + " is " + found.path(name) + " and should be unlimited");
      }
    }
    long size = found.path("max_msg_size").asLong(-1);
    if (size > 0 && size < LARGEST) {
      differences.add("max_msg_size is " + size + " and should be unlimited, or " + LARGEST);
    }
    // What is acknowledged before it is written is lost when the server is killed.
    String persistence = found.path("persist_mode").asString("default");
    if (!persistence.isEmpty() && !persistence.equals("default")) {
      differences.add("persist_mode is \"" + persistence + "\" and should be absent");
    }
    if (!found.path("consumer_limits").isEmpty()) {
      differences.add("consumer_limits is " + found.path("consumer_limits") + " and should be {}");
    }
    for (String name : SWITCHES) {
      if (found.path(name).asBoolean(false)) {
        differences.add(name + " is true and should be false");
      }
    }
    for (String name : List.of("mirror", "sources", "subject_transform")) {
      if (found.hasNonNull(name)) {
        differences.add(name + " is set and should be absent");
      }
    }
  }
}
