package dev.tocsin.bridges.bridge;

import dev.tocsin.bridges.description.BridgeDescription;

/// A kind of bridges.
///
/// @param word for it in the file
/// @param reader reads what is said of a bridge of this kind
public record BridgeKind(String word, Reader reader) {

  /// Reads what is said of a bridge; what is wrong goes into the faults of the file, and what is given back then is good for
  /// nothing.
  @FunctionalInterface
  public interface Reader {

    /// Reads a bridge.
    BridgeSettings read(BridgeDescription bridge);
  }
}
