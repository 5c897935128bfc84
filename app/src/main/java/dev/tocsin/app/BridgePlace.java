package dev.tocsin.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/// Where the bridges run that a command is about: in a server, or in a process of their own.
final class BridgePlace {

  @Mixin private final ServerOption serverOption = new ServerOption();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "The state folder of bridges that run in a process of their own, instead.")
  private @Nullable Path state;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /// The state folder of a process of its own; `null` for a server.
  @Nullable Path folder() throws WrongUse {
    ParseResult given = command == null ? null : command.commandLine().getParseResult();
    boolean url = given != null && given.hasMatchedOption("--url");
    boolean folder = given != null && given.hasMatchedOption("--state");
    if (url && folder) {
      throw new WrongUse("--url and --state exclude each other: bridges run in one place");
    }
    return url ? null : state;
  }

  /// The server.
  HubApi server(Surroundings surroundings) throws Failure, WrongUse {
    return new HubApi(serverOption.server(surroundings), surroundings);
  }
}
