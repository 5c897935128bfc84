package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.out.EventForm;
import dev.tocsin.bridges.out.EventFormat;
import dev.tocsin.bridges.out.Shipment;
import dev.tocsin.events.Via;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttProperty;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Makes of events the messages that go to a broker. Each says through which hubs it has come, twice: as a user property, and
/// in its JSON, since a broker tells no properties to those who speak 3.1.1. One thread.
final class MqttWording {

  private final MqttOutSettings settings;
  private final EventForm form;
  private final String marker;

  MqttWording(MqttOutSettings settings) {
    this.settings = settings;
    this.form = settings.format().form(settings.outgoing().catalog());
    this.marker = settings.format() == EventFormat.CLOUDEVENTS ? Via.ATTRIBUTE : Via.FIELD;
  }

  /// The message of an event.
  ///
  /// @param envelope of the event, as it was read
  /// @param isLate whether something newer may have gone out before: then nothing of it is retained
  MqttMessage of(Shipment shipment, FollowedEvent event, JsonNode envelope, boolean isLate) {
    String via = Via.ofEvent(event.envelope()).header(shipment.epoch());
    return new MqttMessage(
        settings
            .topic()
            .of(settings.outgoing().catalog(), event.type(), shipment.id(event), envelope),
        Via.into(form.write(shipment.epoch(), event), marker, via),
        !isLate && settings.isRetained(event.type()),
        List.of(new MqttProperty(Via.HEADER, via)));
  }
}
