package dev.tocsin.app;

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
    return CommaList.parts(
        "--allow-origin", allowedOrigins, "an origin such as https://console.example");
  }

  Set<String> allowedHosts() throws WrongUse {
    return CommaList.parts("--allow-host", allowedHosts, "a name such as hub.example");
  }
}
