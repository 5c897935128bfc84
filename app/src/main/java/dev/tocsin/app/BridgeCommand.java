package dev.tocsin.app;

import dev.tocsin.bridges.BridgePlan;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs bridges in a process of their own; the commands below it look after bridges wherever they run.
@Command(
    name = "bridge",
    description = {
      "Runs bridges to other systems beside a server, until Ctrl-C or SIGTERM.",
      "",
      "The same bridges as those of 'serve --bridges FILE', over the network: docs/bridges.md says"
          + " what there may be in the file. When the server is away they wait for it, for as long"
          + " as it takes.",
      "The first line on stdout is 'bridges of FILE are running', once they are."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    commandListHeading = "%nCommands:%n",
    sortOptions = false)
final class BridgeCommand implements Callable<Integer> {

  /// Where the state is without `--state`.
  private static final Path STATE = Path.of("bridge-state");

  private final Surroundings surroundings;

  @Option(names = "--config", paramLabel = "FILE", description = "The file of bridges.")
  private @Nullable String config;

  @Mixin private final ServerOption serverOption = new ServerOption();

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description =
          "Where bridges keep their positions and what is to be sent again (default:"
              + " ./bridge-state).")
  private Path state = STATE;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description =
          "Where hooks listen (default: 127.0.0.1:8081). Beyond loopback each of them needs"
              + " 'verify'.")
  private String listen = "127.0.0.1:8081";

  @Mixin private final BrowserOptions browser = new BrowserOptions();

  @Mixin private final CatalogOption catalogOption = new CatalogOption();

  BridgeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    if (config == null) {
      throw new WrongUse("--config FILE names the file of bridges to run");
    }
    HookPort port = HookPort.parse(listen, browser);
    ServerAccess server = serverOption.server(surroundings);
    BridgePlan plan = BridgesOption.plan(config, catalogOption.load(), surroundings);
    surroundings.interruption().listen();
    try (BridgeFolder folder = BridgeFolder.open(state)) {
      return new BridgeProcess(surroundings, config, server, port, folder)
          .run(BridgesOption.bridges(config, plan, folder.path(), surroundings));
    }
  }

  /// Checks a file of bridges.
  @Command(
      name = "check",
      description = {
        "Checks a file of bridges as a whole. Needs no server.",
        "",
        "Prints each bridge, or every fault; then the exit code is 1. A secret that is not to be"
            + " had here is a note: the server may have it."
      },
      sortOptions = false)
  static final class Check implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
        index = "0",
        paramLabel = "FILE",
        description = "The file of bridges; - for standard input.")
    private String file = "";

    @Mixin private final CatalogOption catalogOption = new CatalogOption();

    Check(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
      BridgesFile read = BridgesFile.read(file, catalogOption.load(), surroundings);
      BridgePlan plan = read.plan();
      if (plan == null) {
        read.faults().forEach(surroundings.out()::println);
        return Main.FAILURE;
      }
      List<String> bridges = plan.descriptions();
      bridges.forEach(surroundings.out()::println);
      plan.notes()
          .forEach(note -> surroundings.say("note: " + TerminalText.harmless(note.toString())));
      plan.missingSecrets(surroundings.environment())
          .forEach(missing -> surroundings.say("note: " + missing));
      return 0;
    }
  }
}
