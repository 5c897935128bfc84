package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.description.Section;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a bridge shows itself to Home Assistant.
///
/// @param prefix where Home Assistant looks for what announces itself
/// @param birth the topic on which it says that it has started
/// @param node what tells this bridge from others, in topics and ids
record HomeSettings(String prefix, String birth, String node) {

  /// The member of a file that has it.
  static final String MEMBER = "home_assistant";

  /// What Home Assistant has where nobody has changed it.
  private static final String PREFIX = "homeassistant";

  private static final String BIRTH = "homeassistant/status";

  /// What Home Assistant allows in the levels of its topics that are ids.
  private static final Pattern NODE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// Reads it; `null` where it is not wanted.
  ///
  /// @param bridge the name of the bridge
  static @Nullable HomeSettings read(String bridge, Section section) {
    if (!section.isThere()) {
      return null;
    }
    if (section.json().isBoolean()) {
      return section.json().booleanValue() ? new HomeSettings(PREFIX, BIRTH, bridge) : null;
    }
    if (!section.isObject("true, false or an object with prefix, birth and node")) {
      return null;
    }
    section.allow("prefix", "birth", "node");
    Section node = section.at("node");
    String word = node.optionalText("1 to 64 letters, digits, - and _");
    if (word != null && !NODE.matcher(word).matches()) {
      node.fault("must be 1 to 64 letters, digits, - and _");
      word = null;
    }
    return new HomeSettings(
        TopicTemplateReader.fixed(
            section.at("prefix"), "the discovery prefix, as Home Assistant has it", PREFIX),
        TopicTemplateReader.fixed(
            section.at("birth"), "the topic of Home Assistant's birth message", BIRTH),
        word == null ? bridge : word);
  }
}
