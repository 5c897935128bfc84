package dev.tocsin.app;

import dev.tocsin.gateway.DeflateSettings;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PatternWarning;
import java.util.List;
import picocli.CommandLine.Option;

/// The options that say which WebSocket messages are compressed.
final class DeflateOptions {

  private static final String NEVER = "--no-deflate-for";

  @Option(
      names = "--deflate-threshold",
      paramLabel = "BYTES",
      description =
          "The shortest WebSocket message that is compressed for the clients that want it"
              + " (default: 256).")
  private int threshold = DeflateSettings.DEFAULT_THRESHOLD_BYTES;

  @Option(
      names = "--no-deflate",
      description = "Compress nothing, and take nothing that is compressed.")
  private boolean none;

  @Option(
      names = NEVER,
      paramLabel = "PATTERN",
      description =
          "Events of these types are sent uncompressed, for instance because they hold a secret"
              + " beside somebody else's text. Repeatable.")
  private List<String> never = List.of();

  /// What the options come down to.
  DeflateSettings settings() throws WrongUse {
    if (threshold < 0) {
      throw new WrongUse("--deflate-threshold is not negative; was " + threshold);
    }
    return new DeflateSettings(!none, threshold, patterns());
  }

  private List<EventPattern> patterns() throws WrongUse {
    if (never.isEmpty()) {
      return List.of();
    }
    return switch (EventPattern.compile(
        List.copyOf(CommaList.parts(NEVER, never, "a pattern such as 'job.*'")))) {
      case EventPattern.Compilation.Compiled compiled -> compiled.patterns();
      case EventPattern.Compilation.Refused refused ->
          throw new WrongUse(NEVER + ": " + refused.rejection().message());
    };
  }

  /// Tells of patterns that match nothing: what they were to protect may be compressed.
  static void tellUnknown(DeflateSettings settings, Hub hub, Surroundings surroundings) {
    for (PatternWarning warning : hub.warnings(settings.never())) {
      surroundings.say(
          "warning: "
              + NEVER
              + " "
              + warning.pattern()
              + " "
              + warning.message()
              + (warning.suggestion() == null
                  ? ""
                  : "; did you mean " + warning.suggestion() + "?"));
    }
  }
}
