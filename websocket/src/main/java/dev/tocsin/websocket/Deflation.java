package dev.tocsin.websocket;

/// What compresses and inflates for all connections of an event loop; belongs to it.
public final class Deflation {

  private final FrameDeflater deflater;
  private final MessageInflater inflater = new MessageInflater();

  /// Nothing compressed yet.
  ///
  /// @param thresholdBytes the shortest message that is compressed
  public Deflation(int thresholdBytes) {
    this.deflater = new FrameDeflater(thresholdBytes);
  }

  /// Compresses messages.
  public FrameDeflater deflater() {
    return deflater;
  }

  MessageInflater inflater() {
    return inflater;
  }
}
