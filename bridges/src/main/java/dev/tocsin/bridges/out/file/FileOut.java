package dev.tocsin.bridges.out.file;

import dev.tocsin.bridges.bridge.BridgeKind;

/// Bridges that append events to a file.
public final class FileOut {

  /// Their kind.
  public static final BridgeKind KIND = new BridgeKind(FileOutSettings.KIND, FileOutSettings::read);

  private FileOut() {}
}
