package dev.tocsin.gateway;

import dev.tocsin.describe.CloudEvents;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadValidation;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Via;
import dev.tocsin.hub.Hub;
import tools.jackson.databind.JsonNode;

/// The envelopes of what a bridge of another hub sends, which says through which hubs it has come: none where this hub is among
/// them, and else with that in their payloads, so that a circle through several hubs ends at the first of them.
///
/// @param rest makes envelopes of what came
record ViaEnvelopes(Via via, Hub hub, Envelopes rest) implements Envelopes {

  @Override
  public CloudEvents.Reading of(byte[] text) {
    if (via.isLoop(hub.log().state().epoch())) {
      return new CloudEvents.Refused(Via.LOOP);
    }
    return switch (rest.of(text)) {
      case CloudEvents.Read(byte[] envelope, String key) ->
          new CloudEvents.Read(carrying(envelope), key);
      case CloudEvents.Refused refused -> refused;
    };
  }

  /// A type that allows no fields but its own cannot carry it.
  private byte[] carrying(byte[] envelope) {
    byte[] carrying = via.onto(envelope);
    return isRefused(carrying, hub.catalog()) ? envelope : carrying;
  }

  private boolean isRefused(byte[] envelope, EventCatalog catalog) {
    return Json.read(envelope) instanceof Json.Value(JsonNode event)
        && catalog.validatePayload(
                event.path("type").asString(""), Json.write(event.path("payload")))
            instanceof PayloadValidation.Invalid(Rejection no)
        && via.isRefusedBy(no);
  }
}
