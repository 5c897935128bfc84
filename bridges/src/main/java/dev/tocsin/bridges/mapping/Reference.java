package dev.tocsin.bridges.mapping;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.HeaderName;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.events.FieldValue;
import dev.tocsin.events.Timestamp;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;

/// A part of a message, as a mapping names it: `topic`, `topic.1`, `payload`, `payload.after.label` (or `payload/after/label`,
/// a JSON pointer), `header.x-event`, `received`, `bridge`. Immutable; equal ones name the same.
sealed interface Reference {

  /// The whole topic.
  record Topic() implements Reference {}

  /// One level of the topic, counted from 0.
  record TopicLevel(int level) implements Reference {}

  /// A value in the payload.
  record Payload(PayloadPath path) implements Reference {}

  /// A header.
  ///
  /// @param name in lower case
  record Header(String name) implements Reference {}

  /// When the message came, as a timestamp.
  record Received() implements Reference {}

  /// The name of the bridge.
  record Bridge() implements Reference {}

  /// What it stands for in a message; missing where there is no such thing, or `null`.
  default JsonNode in(BridgeMessage message) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    List<String> topic = message.topic();
    JsonNode found =
        switch (this) {
          case Topic all ->
              topic == null ? MissingNode.getInstance() : nodes.stringNode(String.join("/", topic));
          case TopicLevel(int level) ->
              topic == null || level >= topic.size()
                  ? MissingNode.getInstance()
                  : nodes.stringNode(topic.get(level));
          case Payload(PayloadPath path) -> path.in(message.payload());
          case Header(String name) -> {
            String value = message.headers().get(name);
            yield value == null ? MissingNode.getInstance() : nodes.stringNode(value);
          }
          case Received now -> nodes.stringNode(Timestamp.of(message.received()).text());
          case Bridge itself -> nodes.stringNode(message.bridge());
        };
    return found.isNull() ? MissingNode.getInstance() : found;
  }

  /// Whether it stands for the same in every message of a mapping.
  ///
  /// @param filter which topics the mapping is for; `null` where there are none
  default boolean isConstant(@Nullable TopicFilter filter) {
    return switch (this) {
      case Topic all -> filter != null && filter.isOneTopic();
      case TopicLevel(int level) -> filter != null && filter.fixed(level) != null;
      case Bridge itself -> true;
      case Payload payload -> false;
      case Header header -> false;
      case Received now -> false;
    };
  }

  /// Whether some message of a mapping may have a value there. All but the payload are texts.
  ///
  /// @param filter which topics the mapping is for; `null` where that is not known
  default boolean mayBe(FieldValue value, @Nullable TopicFilter filter) {
    if (this instanceof Payload) {
      return true;
    }
    if (!(value instanceof FieldValue.Text(String text))) {
      return false;
    }
    return switch (this) {
      case Topic all -> filter == null || filter.matches(TopicFilter.split(text));
      case TopicLevel(int level) -> {
        String fixed = filter == null ? null : filter.fixed(level);
        yield fixed == null ? text.indexOf('/') < 0 : fixed.equals(text);
      }
      case Payload payload -> true;
      case Header header -> true;
      case Received now -> true;
      case Bridge itself -> true;
    };
  }

  /// Whether a text is one by its beginning.
  static boolean isLikely(String text, MessageSource source) {
    return source.roots().contains(root(text));
  }

  /// What comes before the first dot or slash.
  private static String root(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '/') {
      end++;
    }
    return text.substring(0, end);
  }

  /// Reads one; `null` when it names nothing that a message can have, which is told.
  ///
  /// @param filter which topics its mapping is for; `null` where there are none
  static @Nullable Reference read(
      String text, Section place, MessageSource source, @Nullable TopicFilter filter) {
    String root = root(text);
    String rest = text.substring(root.length());
    if (!source.roots().contains(root)) {
      String name = Faults.quoted('{' + text + '}');
      place.unknown(
          name + " names nothing that a message has here", root, new TreeSet<>(source.roots()));
      return null;
    }
    return switch (root) {
      case "payload" -> {
        PayloadPath path = PayloadPath.read(text, rest, place);
        yield path == null ? null : new Payload(path);
      }
      case "topic" -> topic(text, rest, place, filter);
      case "header" -> header(text, rest, place);
      default -> {
        if (!rest.isEmpty()) {
          place.fault(Faults.quoted('{' + text + '}') + ": there is nothing below " + root);
        }
        yield root.equals("received") ? new Received() : new Bridge();
      }
    };
  }

  private static @Nullable Reference topic(
      String text, String rest, Section place, @Nullable TopicFilter filter) {
    if (rest.isEmpty()) {
      return new Topic();
    }
    Integer level = rest.charAt(0) == '.' ? PayloadPath.number(rest.substring(1)) : null;
    String name = Faults.quoted('{' + text + '}');
    if (level == null) {
      place.fault(name + ": a level of the topic is a number from 0, as in {topic.1}");
      return null;
    }
    if (filter != null && !filter.mayHave(level)) {
      place.fault(
          name
              + ": the topics of "
              + Faults.quoted(filter.toString())
              + " have the levels 0 to "
              + (filter.levels().size() - 1));
      return null;
    }
    return new TopicLevel(level);
  }

  private static @Nullable Reference header(String text, String rest, Section place) {
    String name = rest.isEmpty() ? "" : rest.substring(1);
    if (!rest.startsWith(".") || !HeaderName.isOne(name)) {
      place.fault(Faults.quoted('{' + text + '}') + ": a header is named as in {header.x-event}");
      return null;
    }
    return new Header(name.toLowerCase(Locale.ROOT));
  }
}
