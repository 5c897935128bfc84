package dev.tocsin.bridges.mapping;

import dev.tocsin.events.JsonNumber;
import dev.tocsin.events.Timestamp;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What becomes of a value on its way into an event. Immutable.
sealed interface Conversion {

  /// The value itself.
  record Same() implements Conversion {
    @Override
    public JsonNode of(JsonNode value) {
      return value;
    }
  }

  /// What a table has for it: by its text, or where it is a number by what it is worth.
  ///
  /// @param entries by text
  /// @param numbers those whose text is a number, by what it is worth
  record Table(Map<String, JsonNode> entries, Map<BigDecimal, JsonNode> numbers)
      implements Conversion {

    /// How many entries a table may have.
    static final int MAX_ENTRIES = 1_000;

    public Table {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
      numbers = Map.copyOf(numbers);
    }

    /// A table with these entries. Of two that are worth the same the first is found by a number of yet another text.
    static Table of(Map<String, JsonNode> entries) {
      Map<BigDecimal, JsonNode> numbers = new HashMap<>();
      entries.forEach((text, entry) -> {
        BigDecimal worth = Scalars.number(JsonNodeFactory.instance.stringNode(text));
        if (worth != null) {
          numbers.putIfAbsent(worth.stripTrailingZeros(), entry);
        }
      });
      return new Table(entries, numbers);
    }

    @Override
    public @Nullable JsonNode of(JsonNode value) {
      if (value.isContainer()) {
        return null;
      }
      JsonNode found = entries.get(Scalars.text(value));
      BigDecimal number = found == null && value.isNumber() ? Scalars.number(value) : null;
      return number == null ? found : numbers.get(number.stripTrailingZeros());
    }
  }

  /// A value from so much on.
  record Step(BigDecimal from, JsonNode value) {}

  /// What the last step has that a number reaches.
  ///
  /// @param steps ascending
  record Steps(List<Step> steps) implements Conversion {

    public Steps {
      steps = List.copyOf(steps);
    }

    @Override
    public @Nullable JsonNode of(JsonNode value) {
      BigDecimal number = Scalars.number(value);
      JsonNode found = null;
      for (Step step : steps) {
        if (number != null && number.compareTo(step.from()) >= 0) {
          found = step.value();
        }
      }
      return found;
    }
  }

  /// A number times a factor.
  record Scale(BigDecimal factor) implements Conversion {

    @Override
    public @Nullable JsonNode of(JsonNode value) {
      BigDecimal number = Scalars.number(value);
      return number == null ? null : Scalars.node(number.multiply(factor));
    }
  }

  /// A moment, as a timestamp in UTC.
  record Time(MomentUnit unit) implements Conversion {

    @Override
    public @Nullable JsonNode of(JsonNode value) {
      Instant moment = unit.moment(value);
      return moment == null
          ? null
          : JsonNodeFactory.instance.stringNode(Timestamp.of(moment).text());
    }
  }

  /// Another kind of value.
  record As(ValueKind kind) implements Conversion {
    @Override
    public @Nullable JsonNode of(JsonNode value) {
      return kind.of(value);
    }
  }

  /// What a value can be made.
  enum ValueKind {
    /// A text; of an array or an object its JSON.
    TEXT,
    /// A number.
    NUMBER,
    /// A number without a fraction.
    INTEGER,
    /// A truth value; on, yes and 1 are true.
    BOOLEAN;

    @Nullable JsonNode of(JsonNode value) {
      return switch (this) {
        case TEXT ->
            value.isString() ? value : JsonNodeFactory.instance.stringNode(Scalars.text(value));
        case NUMBER -> {
          BigDecimal number = Scalars.number(value);
          yield number == null ? null : Scalars.node(number);
        }
        case INTEGER -> {
          BigDecimal number = Scalars.number(value);
          yield number == null || !JsonNumber.of(number.toString()).isInteger()
              ? null
              : Scalars.node(number);
        }
        case BOOLEAN -> Scalars.truth(value);
      };
    }
  }

  /// What becomes of a value; `null` when nothing can.
  @Nullable JsonNode of(JsonNode value);

  /// Why a value could not be converted, as the end of a sentence.
  default String complaint() {
    return switch (this) {
      case Same same -> "";
      case Table table -> "is not in the table";
      case Steps steps -> "is no number that reaches a step";
      case Scale scale -> "is no number";
      case Time(MomentUnit unit) ->
          unit == MomentUnit.ISO ? "is no ISO 8601 date and time" : "is no number of a moment";
      case As(ValueKind kind) ->
          switch (kind) {
            case TEXT -> "is no text";
            case NUMBER -> "is no number";
            case INTEGER -> "is no integer";
            case BOOLEAN -> "is neither true nor false";
          };
    };
  }
}
