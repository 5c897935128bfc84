package dev.tocsin.app;

import dev.tocsin.bridges.BridgePlan;
import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.events.EventCatalog;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option that names the bridges of a server.
final class BridgesOption {

  @Option(
      names = "--bridges",
      paramLabel = "FILE",
      description =
          "A file that describes bridges to other systems ('tocsin bridge check FILE' checks it;"
              + " docs/bridges.md). What they remember is in --data.")
  private @Nullable String file;

  /// The file; `null` when there is none.
  @Nullable String file() {
    return file;
  }

  /// Makes the bridges of the file, which do nothing yet; none without one.
  ///
  /// @param folder the server's; `null` when it keeps nothing on disk
  @Nullable Bridges load(EventCatalog catalog, @Nullable Path folder, Surroundings surroundings)
      throws Failure {
    if (file == null) {
      return null;
    }
    return bridges(
        file,
        plan(file, catalog, surroundings),
        folder == null ? null : folder.resolve("bridges"),
        surroundings);
  }

  /// What a file describes.
  static BridgePlan plan(String file, EventCatalog catalog, Surroundings surroundings)
      throws Failure {
    BridgesFile read = BridgesFile.read(file, catalog, surroundings);
    BridgePlan plan = read.plan();
    if (plan == null) {
      throw new Failure(
          "the bridges of " + file + " cannot be had:\n  " + String.join("\n  ", read.faults()));
    }
    return plan;
  }

  /// Makes the bridges of a file, which do nothing yet.
  ///
  /// @param folder of their state; `null` for memory alone
  static Bridges bridges(
      String file, BridgePlan plan, @Nullable Path folder, Surroundings surroundings)
      throws Failure {
    try {
      return Bridges.of(plan, surroundings.environment(), folder, surroundings.clock());
    } catch (MissingSecretException e) {
      throw new Failure("the bridges of " + file + " cannot be had: " + e.getMessage(), e);
    }
  }
}
