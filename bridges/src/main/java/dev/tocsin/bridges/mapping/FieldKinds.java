package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.Json;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.PayloadField;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.PayloadValidation;
import dev.tocsin.events.Suggestions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The fields of a type's payload, as a mapping has to fill them. Whether a value is right is asked of the validator itself,
/// with a payload that has this field alone: only what is wrong with the field counts. Immutable.
public final class FieldKinds {

  private static final Set<String> COMPOSED =
      Set.of("allOf", "anyOf", "oneOf", "$ref", "if", "patternProperties", "$dynamicRef");

  private final EventCatalog catalog;
  private final EventType type;
  private final Map<String, PayloadField> comparable;
  private final Set<String> required;
  private final Set<String> known;
  private final boolean isWhole;
  private final boolean isClosed;

  /// @param type one that can be published
  public FieldKinds(EventCatalog catalog, EventType type) {
    PayloadSchema schema = Objects.requireNonNull(type.payload());
    this.catalog = catalog;
    this.type = type;
    this.comparable = schema.fields();
    this.required = Set.copyOf(schema.requiredFields());
    ObjectNode document = schema.jsonSchema(type.name(), type.description());
    this.known = new TreeSet<>(document.path("properties").propertyNames());
    this.isWhole = COMPOSED.stream().noneMatch(document::has);
    JsonNode others = document.path("additionalProperties");
    this.isClosed = others.isBoolean() && !others.booleanValue();
  }

  EventType type() {
    return type;
  }

  /// The fields without which a payload is refused.
  Set<String> required() {
    return required;
  }

  /// The names of the fields, as far as the schema lists them.
  public Set<String> known() {
    return known;
  }

  /// Whether a name certainly is none of the fields.
  public boolean isUnknown(String field) {
    return isWhole && !known.contains(field);
  }

  /// Whether a payload may have no fields but those that are listed.
  boolean isClosed() {
    return isClosed;
  }

  /// A value as the field takes it, where nothing is lost by that: a number that came as text, a text that came as number.
  JsonNode fitted(String field, JsonNode value) {
    PayloadField known = comparable.get(field);
    JsonNode fitted =
        known == null || value.isContainer() || value.isNull()
            ? value
            : switch (known.kind()) {
              case TEXT, ENUM -> Conversion.ValueKind.TEXT.of(value);
              case NUMBER, INTEGER ->
                  value.isString() ? Conversion.ValueKind.NUMBER.of(value) : value;
              case BOOLEAN -> value.isString() ? exactTruth(value) : value;
            };
    return fitted == null ? value : fitted;
  }

  private static JsonNode exactTruth(JsonNode text) {
    return switch (text.stringValue()) {
      case "true" -> JsonNodeFactory.instance.booleanNode(true);
      case "false" -> JsonNodeFactory.instance.booleanNode(false);
      default -> text;
    };
  }

  /// Tells when a field can never have a value.
  void check(String field, Sample sample) {
    if (sample.value().isNull()) {
      return; // as good as absent
    }
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    JsonNode value = sample.inside().isEmpty() ? fitted(field, sample.value()) : sample.value();
    payload.set(field, value);
    byte[] json = Json.write(payload).getBytes(StandardCharsets.UTF_8);
    if (catalog.validatePayload(type.name(), json) instanceof PayloadValidation.Invalid invalid) {
      String path = '/' + Section.escaped(field) + sample.inside();
      for (PayloadError error : invalid.errors()) {
        if (error.path().equals(path) || error.path().startsWith(path + '/')) {
          String below = error.path().substring(path.length());
          boolean isTold =
              below.isEmpty() ? sample.exact() || error.code().equals("type") : sample.exact();
          if (isTold) {
            tellWrong(field, sample, below, error, value);
            return;
          }
          if (error.code().equals("required") && below.lastIndexOf('/') == 0) {
            tellMissing(sample, Section.unescaped(below.substring(1)));
          }
        }
      }
    }
  }

  private void tellWrong(
      String field, Sample sample, String below, PayloadError error, JsonNode value) {
    String inside = sample.inside() + below;
    sample
        .place()
        .fault(
            "can be no "
                + field
                + " of "
                + type.name()
                + ": "
                + (inside.isEmpty() ? "" : inside + ' ')
                + error.message()
                + meant(field, value));
  }

  /// Tells that an object never has a member without which it is refused.
  private void tellMissing(Sample sample, String member) {
    if (!sample.given().contains(member)) {
      sample
          .place()
          .at(member)
          .fault(
              "is missing: "
                  + type.name()
                  + " is refused without it"
                  + Suggestions.nearest(member, sample.given())
                      .map(other -> "; did you mean it by " + Faults.quoted(other) + "?")
                      .orElse(""));
    }
  }

  private String meant(String field, JsonNode value) {
    PayloadField known = comparable.get(field);
    return known == null || !value.isString()
        ? ""
        : Suggestions.nearest(value.stringValue(), known.names())
            .map(nearest -> "; did you mean " + Faults.quoted(nearest) + "?")
            .orElse("");
  }
}
