package dev.tocsin.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Has a bridge send again what its receiver has refused.
@Command(
    name = "retry",
    description = {
      "Has a bridge send again what its receiver has refused for good, in order, and begin again if"
          + " it has ended.",
      "",
      "Asks a server (right: manage console), or with --state bridges in a process of their own."
          + " They have to run."
    },
    sortOptions = false)
final class BridgeRetry implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(index = "0", paramLabel = "NAME", description = "The name of the bridge.")
  private String name = "";

  @Mixin private final BridgePlace place = new BridgePlace();

  BridgeRetry(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    Path folder = place.folder();
    long events = folder == null ? place.server(surroundings).retryBridge(name) : ask(folder);
    surroundings
        .out()
        .println(
            events == 0
                ? "there is nothing to be sent again"
                : events + (events == 1 ? " event is" : " events are") + " sent again");
    return 0;
  }

  private long ask(Path folder) throws Failure {
    String answer = BridgeFolder.ask(folder, BridgeProcess.RETRY + name);
    if (answer.equals(BridgeProcess.NONE)) {
      throw new Failure("there is no bridge \"" + name + "\" that sets anything aside");
    }
    return Long.parseLong(answer);
  }
}
