package dev.tocsin.app;

import java.util.logging.LogManager;

/// The JDK's log manager, but it keeps its handlers when the process is asked to end. The JDK takes them
/// away at once then, and what goes wrong while a server stops would be told to nobody.
///
/// Public, with a public constructor, because the JDK makes it by its name.
public final class LastingLogManager extends LogManager {

  private volatile boolean keeps;

  /// From now on nothing is reset.
  void keep() {
    keeps = true;
  }

  /// Until [#keep] is called again, everything may be.
  void letGo() {
    keeps = false;
  }

  @Override
  public void reset() {
    if (!keeps) {
      super.reset();
    }
  }
}
