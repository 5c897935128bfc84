package dev.tocsin.events;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An entry of an [EventCatalog]: one type of event.
///
/// @param name the wire name, `{domain}.{action}` in lower case; three old job types have an
///     underscore instead of the dot, and `ping`, `pong` and `error` stand alone
/// @param channel the channel an event of this type goes to unless its producer names another;
///     `null` for the server's own
/// @param description one sentence for a person
/// @param payload the schema of the payload; `null` for types that have none
/// @param reserved whether only the server itself may send it
public record EventType(
    String name,
    @Nullable String channel,
    String description,
    @Nullable PayloadSchema payload,
    boolean reserved) {

  /// The longest name, in characters.
  public static final int MAX_NAME_LENGTH = 128;

  private static final Pattern NAME =
      Pattern.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*\\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*");
  private static final Pattern CHANNEL = Pattern.compile("[a-z][a-z0-9_-]{0,127}");

  /// A type of an embedding application.
  ///
  /// @throws IllegalArgumentException when the name or the channel is badly formed, or the name
  ///     lies in the server's own `connection` domain
  public static EventType of(
      String name, String channel, String description, PayloadSchema payload) {
    requireNames(name, channel);
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(payload, "payload");
    return new EventType(name, channel, description, payload, false);
  }

  /// @throws IllegalArgumentException when an application's type cannot have this name or this channel
  static void requireNames(String name, @Nullable String channel) {
    if (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is no event type name: it has to be {domain}.{action} in lower case");
    }
    if (isReservedName(name)) {
      throw new IllegalArgumentException("\"" + name + "\" is reserved for the server itself");
    }
    if (channel == null || !CHANNEL.matcher(channel).matches()) {
      throw new IllegalArgumentException(
          "\"" + channel + "\" is no channel name: lower-case letters, digits, - and _");
    }
  }

  /// The part before the dot; empty for names without one.
  public Optional<String> domain() {
    int dot = name.indexOf('.');
    return dot < 0 ? Optional.empty() : Optional.of(name.substring(0, dot));
  }

  /// Whether a name belongs to the server itself, catalogued or not: `connection.*`, `ping`, `pong`
  /// and `error`.
  public static boolean isReservedName(String name) {
    return switch (name) {
      case "ping", "pong", "error" -> true;
      default -> name.startsWith("connection.");
    };
  }

  /// Whether a text may be the name of a type, of whatever catalog.
  public static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_NAME_LENGTH
        && text.chars()
            .allMatch(
                c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.');
  }

  @Override
  public String toString() {
    return name;
  }
}
