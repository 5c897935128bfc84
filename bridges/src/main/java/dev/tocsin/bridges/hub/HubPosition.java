package dev.tocsin.bridges.hub;

/// A place in the log of a hub.
///
/// @param epoch of the log
/// @param sequence of the last event before it; 0 for the beginning
public record HubPosition(String epoch, long sequence) {

  public HubPosition {
    if (epoch.isEmpty() || sequence < 0) {
      throw new IllegalArgumentException("no position: " + epoch + ' ' + sequence);
    }
  }
}
