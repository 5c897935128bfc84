package dev.tocsin.gateway;

/// What compresses and inflates for all connections of an event loop; belongs to it.
record Deflation(FrameDeflater deflater, MessageInflater inflater) {

  /// @param thresholdBytes the shortest message that is compressed
  Deflation(int thresholdBytes) {
    this(new FrameDeflater(thresholdBytes), new MessageInflater());
  }
}
