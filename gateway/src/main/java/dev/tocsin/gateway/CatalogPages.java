package dev.tocsin.gateway;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.PayloadValidation;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The answers about the catalog. Any thread.
final class CatalogPages {

  private final EventCatalog catalog;

  /// Made when it is first asked for: a start should not wait for it. Who comes at the same time makes an
  /// equal one.
  private volatile @Nullable Response whole;

  CatalogPages(EventCatalog catalog) {
    this.catalog = catalog;
  }

  private static ObjectNode entry(EventType type) {
    PayloadSchema payload = type.payload();
    ObjectNode entry =
        Json.object()
            .put("type", type.name())
            .put("domain", type.domain().orElse(null))
            .put("channel", type.channel())
            .put("description", type.description())
            .put("payload", payload == null ? null : payload.name());
    ArrayNode required = entry.putArray("required");
    if (payload != null) {
      payload.requiredFields().forEach(required::add);
      payload.keyField().ifPresent(key -> entry.put("key", key));
    }
    return entry;
  }

  /// All types and channels.
  Response whole() {
    Response made = whole;
    if (made == null) {
      made = makeWhole();
      whole = made;
    }
    return made;
  }

  private Response makeWhole() {
    ObjectNode page = Json.object();
    ArrayNode types = page.putArray("event_types");
    catalog.allEventTypes().forEach(type -> types.add(entry(type)));
    ArrayNode channels = page.putArray("channels");
    catalog.allChannels().forEach(channels::add);
    return Response.json(HttpResponseStatus.OK, page);
  }

  /// One type.
  Response entry(String type) {
    return catalog
        .find(type)
        .map(known -> Response.json(HttpResponseStatus.OK, entry(known)))
        .orElseGet(() -> unknown(type));
  }

  /// The JSON Schema of one type's payload.
  Response schema(String type) {
    if (catalog.find(type).isEmpty()) {
      return unknown(type);
    }
    return catalog
        .jsonSchema(type)
        .map(Json::bytes)
        .map(schema ->
            new Response(HttpResponseStatus.OK, "application/schema+json", schema, Map.of()))
        .orElseGet(() -> withoutPayload(type));
  }

  /// Why payloads of this type cannot be validated, or `null` when they can.
  @Nullable Response refusalToValidate(String type) {
    if (catalog.find(type).isEmpty()) {
      return unknown(type);
    }
    return catalog.payloadSchema(type).isEmpty() ? withoutPayload(type) : null;
  }

  /// The verdict on a payload.
  Response validate(String type, byte[] payload) {
    return switch (catalog.validatePayload(type, payload)) {
      case PayloadValidation.Valid valid ->
          Response.json(HttpResponseStatus.OK, Json.object().put("valid", true));
      case PayloadValidation.Invalid invalid ->
          Response.problem(Problems.of(invalid.rejection()), Json.object().put("valid", false));
    };
  }

  private Response unknown(String type) {
    Rejection rejection = catalog.unknownType(type);
    return Response.problem(Problems.of(HttpResponseStatus.NOT_FOUND, rejection));
  }

  private static Response withoutPayload(String type) {
    return Response.problem(Problem.notFound("\"" + type + "\" has no payload"));
  }
}
