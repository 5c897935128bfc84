package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Braces;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.Suggestions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Reads what a mapping says of a value, and gathers the values that it can give. What is wrong is told; what is given back
/// then is good for nothing but reading on. One mapping, one thread.
///
/// @param filter which topics the mapping is for; `null` where there are none
record TemplateReader(MessageSource source, @Nullable TopicFilter filter) {

  private static final String FROM = "from";
  private static final String DEFAULT = "default";
  private static final Set<String> CONVERSIONS = Set.of("table", "steps", "scale", "time", "as");
  private static final Template NOTHING = new Template.Literal(JsonNodeFactory.instance.nullNode());
  private static final JsonNode SOME_TEXT = JsonNodeFactory.instance.stringNode("text");
  private static final JsonNode SOME_NUMBER = JsonNodeFactory.instance.numberNode(1);
  private static final JsonNode SOME_TIME =
      JsonNodeFactory.instance.stringNode("2026-01-01T00:00:00Z");

  /// Reads one.
  ///
  /// @param samples gets the values that it can give
  Template read(Section section, List<Sample> samples) {
    JsonNode json = section.json();
    if (json.isString()) {
      return text(section, json.stringValue(), samples);
    }
    if (json.isObject()) {
      if (json.has(FROM)) {
        return lookup(section, samples);
      }
      String misspelt = misspeltFrom(json);
      if (misspelt != null) {
        section
            .at(misspelt)
            .unknown("there is no member " + Faults.quoted(misspelt), misspelt, Set.of(FROM));
        return NOTHING;
      }
      return members(section, samples);
    }
    if (json.isArray()) {
      List<Template> items = new ArrayList<>();
      samples.add(new Sample(section, JsonNodeFactory.instance.arrayNode(), false));
      for (int i = 0; i < json.size(); i++) {
        List<Sample> within = new ArrayList<>();
        items.add(read(section.item(i), within));
        within.forEach(sample -> samples.add(sample.asItem()));
      }
      return new Template.Items(items);
    }
    samples.add(new Sample(section, json, true));
    return new Template.Literal(json);
  }

  /// The member that was meant as `from`: of an object that has nothing besides but what goes with that, it has a reference, and
  /// nearly that name; `null` when there is none.
  private @Nullable String misspeltFrom(JsonNode json) {
    String found = null;
    for (Map.Entry<String, JsonNode> member : json.properties()) {
      String name = member.getKey();
      if (CONVERSIONS.contains(name) || name.equals(DEFAULT)) {
        continue;
      }
      if (found != null
          || !Reference.isLikely(member.getValue().stringValue(""), source)
          || Suggestions.nearest(name, List.of(FROM)).isEmpty()) {
        return null;
      }
      found = name;
    }
    return found;
  }

  private Template members(Section section, List<Sample> samples) {
    Map<String, Template> members = new LinkedHashMap<>();
    samples.add(Sample.ofObject(section, Set.copyOf(section.json().propertyNames())));
    section
        .members()
        .forEach((name, member) -> {
          List<Sample> within = new ArrayList<>();
          members.put(name, read(member, within));
          within.forEach(sample -> samples.add(sample.asMember(name)));
        });
    return new Template.Members(members);
  }

  /// A text with `{references}` in it.
  private Template text(Section section, String text, List<Sample> samples) {
    List<Template.Part> parts =
        Braces.parts(
            section,
            text,
            Template.Part.Words::new,
            name -> {
              Reference reference = reference(name, section);
              return reference == null ? null : new Template.Part.Place(reference);
            });
    if (parts == null) {
      return NOTHING;
    }
    return text(section, parts.isEmpty() ? List.of(new Template.Part.Words("")) : parts, samples);
  }

  private static Template text(Section section, List<Template.Part> parts, List<Sample> samples) {
    if (parts.size() > 1) {
      samples.add(new Sample(section, SOME_TEXT, false));
      return new Template.Text(parts);
    }
    return switch (parts.getFirst()) {
      case Template.Part.Words(String words) -> {
        JsonNode literal = JsonNodeFactory.instance.stringNode(words);
        samples.add(new Sample(section, literal, true));
        yield new Template.Literal(literal);
      }
      case Template.Part.Place(Reference reference) -> {
        if (reference instanceof Reference.Received) {
          samples.add(new Sample(section, SOME_TIME, true));
        }
        yield new Template.Lookup(reference, null, new Conversion.Same());
      }
    };
  }

  private @Nullable Reference reference(String text, Section section) {
    return Reference.read(text, section, source, filter);
  }

  /// `{"from":"payload.score","default":0,…}`, with one conversion at most.
  private Template lookup(Section section, List<Sample> samples) {
    section.allow(
        Stream.concat(CONVERSIONS.stream(), Stream.of(FROM, DEFAULT)).toArray(String[]::new));
    Section from = section.at(FROM);
    String text = from.text("what the value is taken from, as payload.state");
    Reference reference = text == null ? null : reference(text, from);
    List<String> asked = CONVERSIONS.stream().filter(section.json()::has).sorted().toList();
    if (asked.size() > 1) {
      section.fault("has " + String.join(" and ", asked) + "; a value is converted once");
    }
    Section fallback = section.at(DEFAULT);
    if (fallback.isThere()) {
      samples.add(new Sample(fallback, fallback.json(), true));
    }
    Conversion conversion =
        asked.size() == 1
            ? conversion(asked.getFirst(), section.at(asked.getFirst()), samples)
            : new Conversion.Same();
    if (reference instanceof Reference.Received && conversion instanceof Conversion.Same) {
      samples.add(new Sample(from, SOME_TIME, true));
    }
    return reference == null
        ? NOTHING
        : new Template.Lookup(reference, fallback.isThere() ? fallback.json() : null, conversion);
  }

  private static Conversion conversion(String name, Section section, List<Sample> samples) {
    return switch (name) {
      case "table" -> table(section, samples);
      case "steps" -> steps(section, samples);
      case "scale" -> {
        BigDecimal factor = section.json().isNumber() ? Scalars.number(section.json()) : null;
        if (factor == null) {
          section.fault("must be a number, by which the value is multiplied");
        }
        samples.add(new Sample(section, SOME_NUMBER, false));
        yield factor == null ? new Conversion.Same() : new Conversion.Scale(factor);
      }
      case "time" -> {
        samples.add(new Sample(section, SOME_TIME, true));
        MomentUnit unit = word(section, MomentUnit.class);
        yield unit == null ? new Conversion.Same() : new Conversion.Time(unit);
      }
      default -> {
        Conversion.ValueKind kind = word(section, Conversion.ValueKind.class);
        if (kind != null) {
          samples.add(new Sample(section, sample(kind), false));
        }
        yield kind == null ? new Conversion.Same() : new Conversion.As(kind);
      }
    };
  }

  private static JsonNode sample(Conversion.ValueKind kind) {
    return switch (kind) {
      case TEXT -> SOME_TEXT;
      case NUMBER, INTEGER -> SOME_NUMBER;
      case BOOLEAN -> JsonNodeFactory.instance.booleanNode(true);
    };
  }

  private static <E extends Enum<E>> @Nullable E word(Section section, Class<E> words) {
    Set<String> known =
        Stream.of(words.getEnumConstants())
            .map(word -> word.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(TreeSet::new));
    String text = section.text("one of " + String.join(", ", known));
    if (text != null && !known.contains(text)) {
      section.unknown(Faults.quoted(text) + " is none of them", text, known);
    }
    return text == null || !known.contains(text)
        ? null
        : Enum.valueOf(words, text.toUpperCase(Locale.ROOT));
  }

  private static Conversion table(Section section, List<Sample> samples) {
    if (!section.isObject("an object: what the value is, and what becomes of it")) {
      return new Conversion.Same();
    }
    if (section.json().isEmpty() || section.json().size() > Conversion.Table.MAX_ENTRIES) {
      section.fault("must have 1 to " + Conversion.Table.MAX_ENTRIES + " entries");
      return new Conversion.Same();
    }
    Map<String, JsonNode> entries = new LinkedHashMap<>();
    section
        .members()
        .forEach((name, entry) -> {
          samples.add(new Sample(entry, entry.json(), true));
          entries.put(name, entry.json());
        });
    return Conversion.Table.of(entries);
  }

  private static Conversion steps(Section section, List<Sample> samples) {
    String form = "an array of steps, each [from, value], ascending";
    List<Conversion.Step> steps = new ArrayList<>();
    for (Section step : section.items(form, Conversion.Table.MAX_ENTRIES)) {
      JsonNode json = step.json();
      BigDecimal from =
          json.isArray() && json.size() == 2 && json.get(0).isNumber()
              ? Scalars.number(json.get(0))
              : null;
      if (from == null) {
        step.fault("must be a step: [from, value], as [50, \"high\"]");
      } else if (!steps.isEmpty() && steps.getLast().from().compareTo(from) >= 0) {
        step.fault("begins no higher than the step before it");
      } else {
        samples.add(new Sample(step.item(1), json.get(1), true));
        steps.add(new Conversion.Step(from, json.get(1)));
      }
    }
    return new Conversion.Steps(steps);
  }
}
