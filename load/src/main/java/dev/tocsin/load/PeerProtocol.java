package dev.tocsin.load;

import java.util.Locale;

/// What kind of server is measured: how one subscribes to it, and how one publishes.
public enum PeerProtocol {
  /// A Tocsin: events are validated, ordered and acknowledged.
  TOCSIN,
  /// A server that sends what one WebSocket client sends to all the others.
  ECHO,
  /// A nats-server: its client protocol over WebSocket.
  NATS,
  /// An nginx with Nchan: subscribers over WebSocket, publishing by POST.
  NCHAN;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
