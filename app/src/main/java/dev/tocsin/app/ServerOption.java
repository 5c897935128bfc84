package dev.tocsin.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which server a command talks to.
final class ServerOption {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server (default: " + ServerUrl.DEFAULT + ").")
  private String url = ServerUrl.DEFAULT;

  @Mixin private final KeyOption key = new KeyOption();

  @Mixin private final CaOption ca = new CaOption();

  /// The server, and how to get in.
  ServerAccess server(Surroundings surroundings) throws Failure, WrongUse {
    ServerUrl parsed = ServerUrl.parse(url);
    List<String> arguments = new ArrayList<>(key.arguments());
    arguments.addAll(ca.arguments());
    return new ServerAccess(parsed, key.credential(surroundings), ca.ssl(), arguments);
  }
}
