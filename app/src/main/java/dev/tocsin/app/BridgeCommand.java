package dev.tocsin.app;

import dev.tocsin.bridges.BridgePlan;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Looks after bridges to other systems.
@Command(
    name = "bridge",
    description = {
      "Looks after bridges to other systems, which 'serve --bridges FILE' runs.",
      "",
      "docs/bridges.md says what there may be in the file."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n")
final class BridgeCommand {

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
      plan.missingSecrets(surroundings.environment())
          .forEach(missing -> surroundings.say("note: " + missing));
      return 0;
    }
  }
}
