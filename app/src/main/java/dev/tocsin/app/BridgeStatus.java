package dev.tocsin.app;

import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.events.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Shows how bridges fare.
@Command(
    name = "status",
    description = {
      "Shows how bridges fare: whether they are connected, what came in, what became of it, what"
          + " went out, how far behind they are.",
      "",
      "Asks a server (right: manage metrics; to see what was refused, to read everything as well),"
          + " or with --state looks at what bridges in a process of their own have written down."
    },
    sortOptions = false)
final class BridgeStatus implements Callable<Integer> {

  private final Surroundings surroundings;

  @Mixin private final BridgePlace place = new BridgePlace();

  @Option(names = "--json", description = "One JSON object on stdout.")
  private boolean json;

  BridgeStatus(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    Path folder = place.folder();
    JsonNode status = folder == null ? ofServer() : ofFolder(folder);
    if (json) {
      surroundings.out().println(surroundings.shown(Json.write(status)));
      return 0;
    }
    head(status).forEach(surroundings::say);
    BridgeTable.lines(status.path("bridges"), surroundings.width())
        .forEach(surroundings.out()::println);
    return 0;
  }

  private JsonNode ofServer() throws Failure, WrongUse {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.set("bridges", place.server(surroundings).stats().path("bridges"));
    return status;
  }

  private static JsonNode ofFolder(Path folder) throws Failure {
    JsonNode status = BridgeFolder.status(folder);
    try {
      boolean running = BridgeFolder.isRunning(folder);
      return status instanceof ObjectNode object
          ? object.put("running", running).put("stale", running && BridgeFolder.isStale(folder))
          : status;
    } catch (IOException e) {
      throw new Failure("cannot look at " + folder + ": " + FileTrouble.of(e), e);
    }
  }

  private static List<String> head(JsonNode status) {
    if (!status.has("running")) {
      return List.of();
    }
    if (!status.get("running").asBoolean(false)) {
      return List.of("these bridges do not run; this is how they fared last:");
    }
    if (status.path("stale").asBoolean(false)) {
      return List.of(
          "the process cannot write to its state folder (is the disk full?); this is how its"
              + " bridges fared before:");
    }
    return status.path("connected").asBoolean(false)
        ? List.of()
        : List.of(
            "no connection to the hub at "
                + status.path("hub").asString("?")
                + ": "
                + status.path("error").asString("?"));
  }
}
