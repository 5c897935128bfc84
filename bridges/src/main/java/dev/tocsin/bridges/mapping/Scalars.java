package dev.tocsin.bridges.mapping;

import dev.tocsin.events.FieldValue;
import dev.tocsin.events.Json;
import dev.tocsin.events.JsonNumber;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Texts, numbers and truth values, and what each is as another. Whatever they are, nothing here takes long: numbers that
/// are greater, or finer, than anything a bridge is for are none.
public final class Scalars {

  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]{0,99})(?:\\.[0-9]{1,100})?(?:[eE][+-]?[0-9]{1,3})?");
  private static final JsonNumber GREATEST = JsonNumber.of("1e30");
  private static final JsonNumber LEAST = JsonNumber.of("-1e30");
  private static final int MAX_SCALE = 200;

  private Scalars() {}

  /// The text of a value: a text is its own, everything else is its JSON.
  public static String text(JsonNode value) {
    return value.isString() ? value.stringValue() : Json.write(value);
  }

  /// A number of moderate size, or a text that is one; `null` for everything else.
  public static @Nullable BigDecimal number(JsonNode value) {
    BigDecimal number = null;
    if (value.isNumber()) {
      number = value.decimalValue();
    } else if (value.isString() && NUMBER.matcher(value.stringValue()).matches()) {
      number = new BigDecimal(value.stringValue());
    }
    if (number == null || number.scale() > MAX_SCALE) {
      return null;
    }
    JsonNumber exact = JsonNumber.of(number.toString());
    return exact.compareTo(GREATEST) > 0 || exact.compareTo(LEAST) < 0 ? null : number;
  }

  /// The node of a number, written without an exponent where it has no fraction.
  static JsonNode node(BigDecimal number) {
    BigDecimal bare = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    return bare.scale() <= 0
        ? JsonNodeFactory.instance.numberNode(bare.toBigInteger())
        : JsonNodeFactory.instance.numberNode(bare);
  }

  /// A truth value, in one of the words that devices have for them; `null` for everything else.
  static @Nullable JsonNode truth(JsonNode value) {
    if (value.isBoolean()) {
      return value;
    }
    if (!value.isString() && !value.isNumber()) {
      return null;
    }
    return switch (text(value).toLowerCase(Locale.ROOT)) {
      case "true", "on", "yes", "1" -> BooleanNode.TRUE;
      case "false", "off", "no", "0" -> BooleanNode.FALSE;
      default -> null;
    };
  }

  /// The value as conditions compare it; `null` for what cannot be compared.
  static @Nullable FieldValue comparable(JsonNode value) {
    if (value.isString()) {
      return new FieldValue.Text(value.stringValue());
    }
    if (value.isBoolean()) {
      return new FieldValue.Truth(value.booleanValue());
    }
    return value.isNumber() ? JsonNumber.of(value.decimalValue().toString()) : null;
  }
}
