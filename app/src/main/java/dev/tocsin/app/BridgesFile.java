package dev.tocsin.app;

import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.BridgePlan;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.events.EventCatalog;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file of bridges that was named on the command line, as commands read it.
///
/// @param plan `null` when there are faults
/// @param faults all of them, each a line
record BridgesFile(@Nullable BridgePlan plan, List<String> faults) {

  BridgesFile {
    faults = List.copyOf(faults);
  }

  /// Reads one, without waiting for more of it than it may be.
  static BridgesFile read(String name, EventCatalog catalog, Surroundings surroundings)
      throws Failure {
    byte[] content;
    try (InputStream in = PayloadSource.open(name, surroundings)) {
      content = in.readNBytes(BridgeFile.MAX_BYTES + 1);
    } catch (IOException e) {
      throw new Failure("cannot read " + name + ": " + e.getMessage(), e);
    }
    return switch (BridgeFile.read(content, catalog)) {
      case BridgeFile.Reading.Read(BridgePlan plan) -> new BridgesFile(plan, List.of());
      case BridgeFile.Reading.Refused refused -> {
        List<String> lines = new ArrayList<>();
        for (BridgeFault fault : refused.faults()) {
          lines.add(TerminalText.harmless(fault.toString()));
        }
        yield new BridgesFile(null, lines);
      }
    };
  }
}
