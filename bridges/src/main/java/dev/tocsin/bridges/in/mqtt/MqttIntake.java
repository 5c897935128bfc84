package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.Publisher;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.bridge.ReconnectPause;
import dev.tocsin.bridges.hub.BridgeHub;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import dev.tocsin.bridges.mapping.TopicFilter;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Via;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttProperty;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Takes the messages of a broker, one after the other: each is done with when its events are in the log, or nothing can become
/// of it. The bridge's thread, which waits for the hub as long as that takes.
final class MqttIntake {

  private final String bridge;
  private final MessageHandler handler;
  private final List<TopicFilter> filters;
  private final MqttMemory memory;
  private final BridgeHub hub;
  private final BridgeFigures figures;
  private final ReconnectPause pause;
  private final InstantSource clock;

  /// By what a message is known.
  ///
  /// @param sort what that is
  /// @param distinct what tells it from all others
  private record Known(String sort, String distinct) {}

  /// @param pause between tries at a hub that takes nothing
  MqttIntake(
      String bridge,
      MessageHandler handler,
      MqttMemory memory,
      BridgeHub hub,
      BridgeFigures figures,
      ReconnectPause pause,
      InstantSource clock) {
    this.bridge = bridge;
    this.handler = handler;
    this.filters = handler.filters();
    this.memory = memory;
    this.hub = hub;
    this.figures = figures;
    this.pause = pause;
    this.clock = clock;
  }

  /// Takes a message. When this returns it may be acknowledged.
  void take(MqttIncoming.Message message) throws InterruptedException {
    figures.noteReceived();
    String content = MqttMemory.content(message.topic(), message.payload());
    List<String> topic = TopicFilter.split(message.topic());
    boolean isState = message.isRetained() || handler.isState(topic);
    if (message.isRepeated() && memory.isTaken(message.packetId(), content)) {
      figures.noteIgnored(Reason.REPEATED);
      return;
    }
    if (isState && memory.isNewest(message.topic(), content)) {
      figures.noteIgnored(Reason.REPEATED);
      memory.noteTaken(message.packetId(), message.topic(), content);
      return;
    }
    Via via = via(message);
    Publisher publisher = new Publisher(bridge, hub, figures, message.payload(), via);
    if (via.isLoop(hub.id())) {
      publisher.refuse(Reason.LOOP, Via.LOOP);
    } else if (filters.stream().noneMatch(filter -> filter.matches(topic))) {
      publisher.ignore(Reason.NO_MAPPING);
    } else {
      JsonNode said = BridgeMessage.read(message.payload());
      if (said == null) {
        refuse(publisher, Reason.MALFORMED, "This is neither JSON nor text");
      } else {
        publish(
            new BridgeMessage(bridge, topic, said, Map.of(), clock.instant()),
            isState
                ? new Known("state", memory.state(message.topic(), content))
                : new Known("delivery", memory.delivery(message.packetId(), content)),
            publisher);
      }
    }
    memory.noteTaken(message.packetId(), message.topic(), content);
  }

  /// Takes a message that cannot be had.
  void take(MqttIncoming.Unreadable message) {
    figures.noteReceived();
    figures.noteRefused(
        message.isTooLarge() ? Reason.TOO_LARGE : Reason.MALFORMED,
        message.sentence(),
        message.topic().getBytes(StandardCharsets.UTF_8));
  }

  private void publish(BridgeMessage said, Known known, Publisher publisher)
      throws InterruptedException {
    List<Mapped> all = handler.handle(said);
    if (all.isEmpty()) {
      publisher.ignore(Reason.NO_MAPPING);
    }
    for (int i = 0; i < all.size(); i++) {
      switch (all.get(i)) {
        case Mapped.NotMeant notMeant -> {}
        case Mapped.Ignored(Reason reason) -> publisher.ignore(reason);
        case Mapped.Impossible impossible ->
            publisher.refuse(impossible.reason(), impossible.rejection());
        case Mapped.Event event ->
            publisher.publishAtLast(event.envelope(), key(event, i, known), pause);
      }
    }
  }

  private String key(Mapped.Event event, int index, Known known) {
    Known by = event.key() == null ? known : new Known("key", event.key());
    return Publisher.key(bridge, by.sort(), Integer.toString(index), event.type(), by.distinct());
  }

  private static void refuse(Publisher publisher, Reason reason, String sentence) {
    publisher.refuse(reason, new Rejection(ErrorCode.INVALID_PAYLOAD, sentence));
  }

  /// What its user properties say; or else what it says itself, since a broker tells no properties to those who speak 3.1.1.
  private static Via via(MqttIncoming.Message message) {
    Via told =
        Via.of(
            message.properties().stream()
                .filter(property -> property.name().equals(Via.HEADER))
                .map(MqttProperty::value)
                .collect(Collectors.joining(",")));
    return told.isEmpty() ? Via.ofMessage(message.payload()) : told;
  }
}
