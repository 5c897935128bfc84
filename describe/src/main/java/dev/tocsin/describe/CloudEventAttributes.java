package dev.tocsin.describe;

import dev.tocsin.events.Excerpt;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Timestamp;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The attributes of one CloudEvent, and what is wrong with them. Owned by its caller.
final class CloudEventAttributes {

  private static final String SPEC_VERSION = "1.0";

  /// The names that attributes may have.
  private static final Pattern NAME = Pattern.compile("[a-z0-9]+");

  /// Those that are texts, and never empty.
  private static final Set<String> TEXTS =
      Set.of(
          "specversion",
          "type",
          "source",
          "id",
          "time",
          "subject",
          "datacontenttype",
          "dataschema",
          "correlationid",
          "channel");

  private static final List<String> REQUIRED = List.of("specversion", "type", "source", "id");

  private static final Pattern JSON_TYPE =
      Pattern.compile("[a-z0-9!#$&^_.+-]+/(?:[a-z0-9!#$&^_.-]+\\+)?json");

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final List<PayloadError> faults = new ArrayList<>();

  /// Adds an attribute.
  void add(String name, JsonNode value) {
    if (!NAME.matcher(name).matches()) {
      String nearest = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
      String hint = TEXTS.contains(nearest) ? "; did you mean " + nearest + "?" : "";
      fault(
          name,
          "propertyNames",
          "is no attribute: a name has lower-case letters and digits" + hint);
    } else if (TEXTS.contains(name)) {
      if (!value.isString()) {
        fault(name, "type", "must be a string");
      } else if (value.stringValue().isEmpty()) {
        fault(name, "minLength", "must not be empty");
      } else {
        texts.put(name, value.stringValue());
      }
    } else if (!value.isString() && !value.isBoolean() && !value.isIntegralNumber()) {
      fault(name, "type", "must be a string, an integer, true or false");
    }
  }

  void fault(String name, String code, String message) {
    String pointer = name.replace("~", "~0").replace("/", "~1");
    faults.add(new PayloadError("/" + Excerpt.of(pointer, 100), code, message));
  }

  /// Looks at them together, once all are there.
  void check() {
    for (String name : REQUIRED) {
      if (!texts.containsKey(name) && faults.stream().noneMatch(f -> f.path().equals("/" + name))) {
        fault(name, "required", "is required");
      }
    }
    String version = texts.get("specversion");
    if (version != null && !version.equals(SPEC_VERSION)) {
      fault("specversion", "const", "must be \"" + SPEC_VERSION + "\"");
    }
    checkUri("source");
    checkUri("dataschema");
    String time = texts.get("time");
    if (time != null && !Timestamp.isOffsetDateTime(time)) {
      fault(
          "time",
          "format",
          "must be a date-time with an offset, for instance 2026-01-09T12:00:00Z");
    }
    String mediaType = texts.get("datacontenttype");
    if (mediaType != null && !isJson(mediaType)) {
      fault("datacontenttype", "format", "must be a JSON media type, in UTF-8");
    }
  }

  private void checkUri(String name) {
    String text = texts.get(name);
    if (text != null && !isUri(text)) {
      fault(name, "format", "must be a URI or a relative reference");
    }
  }

  /// Whether a text is a URI or a relative reference, and not empty.
  static boolean isUri(String text) {
    try {
      return !new URI(text).toString().isEmpty();
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /// Whether a media type is JSON's or made of it, in no other charset than UTF-8.
  static boolean isJson(String mediaType) {
    String[] parts = mediaType.toLowerCase(Locale.ROOT).split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].replace("\"", "").strip();
      if (parameter.startsWith("charset=") && !parameter.matches("charset=utf-?8")) {
        return false;
      }
    }
    return JSON_TYPE.matcher(parts[0].strip()).matches();
  }

  List<PayloadError> faults() {
    return faults;
  }

  /// A text that is required.
  String text(String name) {
    String text = texts.get(name);
    if (text == null) {
      throw new IllegalStateException("not checked: " + name);
    }
    return text;
  }

  @Nullable String textOrNull(String name) {
    return texts.get(name);
  }
}
