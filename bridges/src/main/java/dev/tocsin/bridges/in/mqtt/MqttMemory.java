package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.bridge.Digest;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.StateFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a bridge knows of the messages that it is done with, so that none is taken twice. One thread.
///
/// A broker that has not seen an acknowledgement sends the message again with the same packet identifier, in the same order,
/// and says so: the [DeliveryJournal] knows them. A message that is retained comes with each subscription: of the last
/// [#MAX_TOPICS] topics the newest content is known, and what came before it. The journal says what has come since that was
/// written down.
final class MqttMemory {

  /// Of how many topics the newest content is remembered.
  static final int MAX_TOPICS = 10_000;

  private static final int DIGEST_BYTES = 9;

  private final @Nullable StateFile session;
  private final @Nullable StateFile topicsFile;
  private final DeliveryJournal journal;
  private final String run;
  private final Map<String, State> topics = new LinkedHashMap<>();
  private long written;
  private List<String> filters = List.of();
  private String clientId = "";
  private boolean isSessionWritten;

  /// What a topic says.
  ///
  /// @param content a digest of it
  /// @param id a digest of it and of all that came before: another one each time the topic comes back to what it has said
  ///     once; empty where an older release has not written that down
  private record State(String content, String id) {

    /// What a topic says after this, be it the same.
    static State after(@Nullable State before, String content) {
      return before != null && before.content.equals(content)
          ? before
          : new State(
              content, Digest.ofParts(before == null ? "" : before.id, content).hex(DIGEST_BYTES));
    }
  }

  private MqttMemory(
      @Nullable StateFile session,
      @Nullable StateFile topics,
      @Nullable Path journal,
      RandomGenerator random) {
    this.session = session;
    this.topicsFile = topics;
    this.run = Long.toHexString(random.nextLong());
    if (session != null) {
      session.read().ifPresent(this::readSession);
    }
    if (topics != null) {
      topics.read().ifPresent(this::readTopics);
    }
    this.journal =
        new DeliveryJournal(
            journal,
            (number, topic, content) -> {
              if (number >= written) {
                note(topic, content);
              }
            });
    if (clientId.isEmpty()) {
      clientId = Integer.toHexString(random.nextInt()) + Integer.toHexString(random.nextInt());
    }
  }

  /// That of a bridge.
  static MqttMemory of(Equipment equipment, String bridge, RandomGenerator random) {
    Path session = equipment.file(bridge, ".json");
    Path topics = equipment.file(bridge, ".topics.json");
    return new MqttMemory(
        session == null ? null : new StateFile(session),
        topics == null ? null : new StateFile(topics),
        equipment.file(bridge, ".deliveries"),
        random);
  }

  private void readSession(JsonNode state) {
    clientId = state.path("client").asString("");
    List<String> known = new ArrayList<>();
    for (JsonNode filter : state.path("filters")) {
      if (!filter.asString("").isEmpty()) {
        known.add(filter.asString(""));
      }
    }
    filters = List.copyOf(known);
    isSessionWritten = !clientId.isEmpty();
  }

  private void readTopics(JsonNode state) {
    written = state.path("taken").asLong(0);
    state
        .path("topics")
        .properties()
        .forEach(topic -> {
          JsonNode said = topic.getValue();
          note(
              topic.getKey(),
              said.isArray()
                  ? new State(said.path(0).asString(""), said.path(1).asString(""))
                  : new State(said.asString(""), ""));
        });
  }

  /// Has somebody told that something cannot be written, besides the log.
  void tellOf(Consumer<String> told) {
    if (session != null) {
      session.tellingOf(told);
    }
    if (topicsFile != null) {
      topicsFile.tellingOf(told);
    }
    journal.tellOf(told);
  }

  /// Whether anything outlasts the process.
  boolean isLasting() {
    return session != null;
  }

  /// What tells this bridge from others of its name.
  String clientId() {
    return clientId;
  }

  /// What was subscribed to the last time.
  List<String> filters() {
    return filters;
  }

  void noteFilters(List<String> now) {
    isSessionWritten &= filters.equals(now);
    filters = List.copyOf(now);
    writeSession();
  }

  /// Writes down who the bridge is to its broker, unless that is done. It has to be, before the broker keeps anything for it:
  /// under another name nobody would ever ask for that.
  void writeSession() {
    if (isSessionWritten || session == null) {
      return;
    }
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("client", clientId);
    ArrayNode list = state.putArray("filters");
    filters.forEach(list::add);
    isSessionWritten = session.write(state);
  }

  /// The broker does not know the session any more: its packet identifiers begin anew.
  void forgetDeliveries() {
    journal.forget();
  }

  /// A digest of a message.
  static String content(String topic, byte[] payload) {
    return Digest.ofParts(topic, payload).hex(DIGEST_BYTES);
  }

  /// Whether a message that is sent again was taken before.
  boolean isTaken(int packetId, String content) {
    return journal.has(packetId, content);
  }

  /// Whether this is what a topic has said last.
  boolean isNewest(String topic, String content) {
    State newest = topics.get(digest(topic));
    return newest != null && newest.content().equals(content);
  }

  /// What tells a state from all others of its topic, for an idempotency key: the same until the topic says something else, also
  /// after a restart in the middle.
  String state(String topic, String content) {
    return content + '/' + State.after(topics.get(digest(topic)), content).id();
  }

  /// What tells a message from all others, for an idempotency key: the same for the same delivery, also after a restart in the
  /// middle. At QoS 0, where nothing comes again, it is another one after a restart.
  String delivery(int packetId, String content) {
    return (packetId == 0 ? run : "/" + packetId) + '/' + journal.taken() + '/' + content;
  }

  /// Notes that a message is done with; on the disk, also where it is not going to be acknowledged: what a topic has said would
  /// be forgotten otherwise.
  void noteTaken(int packetId, String topic, String content) {
    String digest = digest(topic);
    note(digest, content);
    if (journal.isDue()) {
      saveTopics();
    }
    journal.add(packetId, digest, content);
  }

  private void note(String topic, String content) {
    note(topic, State.after(topics.get(topic), content));
  }

  private void note(String topic, State state) {
    topics.remove(topic);
    topics.put(topic, state);
    if (topics.size() > MAX_TOPICS) {
      topics.remove(topics.keySet().iterator().next());
    }
  }

  private static String digest(String topic) {
    return Digest.of(topic).hex(DIGEST_BYTES);
  }

  private void saveTopics() {
    if (topicsFile != null && !topics.isEmpty()) {
      ObjectNode state = JsonNodeFactory.instance.objectNode();
      state.put("taken", journal.taken());
      ObjectNode map = state.putObject("topics");
      topics.forEach((topic, said) -> map.putArray(topic).add(said.content()).add(said.id()));
      topicsFile.write(state);
    }
  }

  /// Writes down what is not yet, in the end: also on a thread that is interrupted.
  void close() {
    journal.close();
    saveTopics();
  }
}
