package dev.tocsin.app;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/// The options that say which web pages may use a server, and by which names it is addressed.
final class BrowserOptions {

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description =
          "A web page's origin that may use the server besides its own, for instance"
              + " https://console.example or capacitor://localhost. Repeatable.")
  private List<String> allowedOrigins = List.of();

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description =
          "A name by which the server may be addressed besides localhost and IP addresses."
              + " Repeatable.")
  private List<String> allowedHosts = List.of();

  Set<String> allowedOrigins() throws WrongUse {
    return each("--allow-origin", allowedOrigins, "an origin such as https://console.example");
  }

  Set<String> allowedHosts() throws WrongUse {
    return each("--allow-host", allowedHosts, "a name such as hub.example");
  }

  /// The parts between commas. One that is empty is a mistake: whoever wrote it meant to allow something.
  private static Set<String> each(String option, List<String> values, String wanted)
      throws WrongUse {
    Set<String> parts = new LinkedHashSet<>();
    for (String value : values) {
      for (String part : value.split(",", -1)) {
        if (part.isBlank()) {
          throw new WrongUse(
              option + " is " + wanted + ", or several with commas between; was '" + value + "'");
        }
        parts.add(part);
      }
    }
    return parts;
  }
}
