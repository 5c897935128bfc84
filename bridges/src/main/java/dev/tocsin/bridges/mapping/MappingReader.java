package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.Condition;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.FieldValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads a mapping and holds it against the schema of its type, as far as that can be done before a message comes.
public final class MappingReader {

  /// How many mappings a bridge may have.
  static final int MAX_MAPPINGS = 100;

  /// How many fields an event may get.
  static final int MAX_FIELDS = 256;

  /// How many conditions a mapping may have.
  static final int MAX_CONDITIONS = 16;

  private final EventCatalog catalog;
  private final MessageSource source;

  /// @param catalog the types that there are
  /// @param source where the messages come from
  public MappingReader(EventCatalog catalog, MessageSource source) {
    this.catalog = catalog;
    this.source = source;
  }

  /// The mappings of an array, without those whose type is not known; what is wrong is told.
  public List<Mapping> readAll(Section section) {
    List<Mapping> mappings = new ArrayList<>();
    for (Section one : section.items("an array of mappings, one at least", MAX_MAPPINGS)) {
      Mapping mapping = read(one);
      if (mapping != null) {
        mappings.add(mapping);
      }
    }
    return mappings;
  }

  /// A mapping; `null` when its type is not known.
  @Nullable Mapping read(Section section) {
    if (!section.isObject("a mapping: an object with event and payload")) {
      return null;
    }
    if (source == MessageSource.MQTT) {
      section.allow(
          "topic", "event", "where", "payload", "extra", "correlation_id", "key", "description");
    } else {
      section.allow("event", "where", "payload", "extra", "correlation_id", "key", "description");
    }
    section.at("description").optionalText("a text for people");
    TopicFilter filter = source == MessageSource.MQTT ? topic(section.at("topic")) : null;
    TemplateReader templates = new TemplateReader(source, filter);
    Map<Reference, Condition> where = where(section.at("where"), filter);
    FieldKinds kinds = kinds(section.at("event"));
    Map<String, Template> fields = new LinkedHashMap<>();
    payload(section.at("payload"), kinds, templates, fields);
    extra(section.at("extra"), kinds, templates, fields);
    Template correlationId = optional(section.at("correlation_id"), templates);
    Template key = key(section.at("key"), templates, filter);
    if (fields.size() > MAX_FIELDS) {
      section.fault("an event may get " + MAX_FIELDS + " fields at most");
    }
    return kinds == null ? null : new Mapping(filter, where, kinds, fields, correlationId, key);
  }

  private static @Nullable TopicFilter topic(Section section) {
    String text = section.text("the topics that are meant, as garage/+/door");
    String fault = text == null ? null : TopicFilter.fault(text);
    if (fault != null) {
      section.fault(fault);
    }
    return text == null || fault != null ? null : TopicFilter.of(text);
  }

  private @Nullable FieldKinds kinds(Section section) {
    String name = section.text("the type of the event, as camera.offline");
    if (name == null) {
      return null;
    }
    if (EventType.isReservedName(name)) {
      section.fault(Faults.quoted(name) + " is sent by the server only");
      return null;
    }
    EventType type = catalog.find(name).orElse(null);
    if (type == null || type.payload() == null) {
      section.fault(sentence(catalog.unknownType(name).message()));
      return null;
    }
    return new FieldKinds(catalog, type);
  }

  private static String sentence(String message) {
    return Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }

  private Map<Reference, Condition> where(Section section, @Nullable TopicFilter filter) {
    Map<Reference, Condition> where = new LinkedHashMap<>();
    if (section.isThere()
        && section.isObject("an object: what of the message, and its condition")) {
      if (section.json().size() > MAX_CONDITIONS) {
        section.fault("may have " + MAX_CONDITIONS + " conditions at most");
        return where;
      }
      section
          .members()
          .forEach((name, member) -> {
            Reference reference = Reference.read(name, member, source, filter);
            int before = member.faults().count();
            Condition condition = ConditionReader.read(member);
            if (reference != null && member.faults().count() == before) {
              possible(reference, condition, member, filter);
            }
            if (reference != null && where.put(reference, condition) != null) {
              member.fault("is the second condition on the same");
            }
          });
    }
    return where;
  }

  /// Tells what no message ever fulfils, as far as its topic says so, or that all but its payload are texts.
  private static void possible(
      Reference reference, Condition condition, Section section, @Nullable TopicFilter filter) {
    Set<FieldValue> values = condition.values();
    boolean isBounded = condition.min() != null || condition.max() != null;
    if (isBounded && !(reference instanceof Reference.Payload)) {
      section.fault("has bounds, which are for numbers: it is always a text");
    } else if (values != null && values.stream().noneMatch(one -> reference.mayBe(one, filter))) {
      section.fault(
          filter == null
              ? "is never that: it is always a text"
              : "is never that in a message of " + Faults.quoted(filter.toString()));
    } else if (filter != null
        && !(reference instanceof Reference.Bridge)
        && reference.isConstant(filter)
        && condition.not().stream().anyMatch(one -> reference.mayBe(one, filter))) {
      section.fault("is always that in a message of " + Faults.quoted(filter.toString()));
    }
  }

  private static void payload(
      Section section,
      @Nullable FieldKinds kinds,
      TemplateReader templates,
      Map<String, Template> fields) {
    if (!section.isObject("an object with the fields of the event")) {
      return;
    }
    section
        .members()
        .forEach((name, member) -> {
          List<Sample> samples = new ArrayList<>();
          fields.put(name, templates.read(member, samples));
          if (kinds != null && kinds.isUnknown(name)) {
            member.unknown(
                kinds.type().name()
                    + " has no field "
                    + Faults.quoted(name)
                    + " (fields of your own go into \"extra\")",
                name,
                kinds.known());
          } else if (kinds != null) {
            samples.forEach(sample -> kinds.check(name, sample));
          }
        });
    if (kinds != null) {
      for (String field : new TreeSet<>(kinds.required())) {
        if (!fields.containsKey(field)) {
          section
              .at(field)
              .fault("is missing: " + kinds.type().name() + " is refused without " + field);
        }
      }
    }
  }

  private static void extra(
      Section section,
      @Nullable FieldKinds kinds,
      TemplateReader templates,
      Map<String, Template> fields) {
    if (!section.isThere() || !section.isObject("an object with fields besides the schema's")) {
      return;
    }
    if (kinds != null && kinds.isClosed()) {
      section.fault(kinds.type().name() + " takes no fields besides those of its schema");
    }
    section
        .members()
        .forEach((name, member) -> {
          if (fields.containsKey(name) || (kinds != null && kinds.known().contains(name))) {
            member.fault("is a field of the schema: it belongs into \"payload\"");
          }
          fields.putIfAbsent(name, templates.read(member, new ArrayList<>()));
        });
  }

  /// What tells one message from another has to be of the message.
  private static @Nullable Template key(
      Section section, TemplateReader templates, @Nullable TopicFilter filter) {
    int before = section.faults().count();
    Template key = optional(section, templates);
    if (key != null && key.isConstant(filter) && section.faults().count() == before) {
      section.fault(
          "is the same for every message, so that only the first would become an event; name what"
              + " tells them apart, as {payload.id}");
    }
    return key;
  }

  private static @Nullable Template optional(Section section, TemplateReader templates) {
    if (!section.isThere()) {
      return null;
    }
    if (!section.json().isString()) {
      section.fault("must be a text, as {payload.id}");
      return null;
    }
    return templates.read(section, new ArrayList<>());
  }
}
