package dev.tocsin.app;

import picocli.CommandLine.Option;

/// Which server a command talks to.
final class ServerOption {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server (default: " + ServerUrl.DEFAULT + ").")
  private String url = ServerUrl.DEFAULT;

  /// The server's address.
  ServerUrl server() throws WrongUse {
    return ServerUrl.parse(url);
  }
}
