package dev.tocsin.gateway;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.hub.Access;

/// `GET /ws/events` with a proper wish for the upgrade.
final class UpgradeExchange extends BodyExchange {

  private final GatewayContext context;
  private final Loop loop;
  private final Upgrade.Accepted upgrade;
  private final Visitor visitor;

  UpgradeExchange(
      HttpConnection connection,
      GatewayContext context,
      Loop loop,
      Upgrade.Accepted upgrade,
      Visitor visitor) {
    super(connection);
    this.context = context;
    this.loop = loop;
    this.upgrade = upgrade;
    this.visitor = visitor;
  }

  @Override
  protected void complete(byte[] body) {
    // Asked once: who is counted is who joins.
    Access access = visitor.access().orElse(null);
    if (access != null && !loop.quotas().connect(access)) {
      respond(Door.tooManyConnections());
      return;
    }
    if (!connection().admits(visitor.sender())) {
      if (access != null) {
        loop.quotas().disconnect(access.name());
      }
      respond(HttpConnection.tooManyConnections());
      return;
    }
    WebSocketConnection socket =
        new WebSocketConnection(
            context,
            loop,
            connection().channel(),
            visitor,
            connection().isSecure(),
            upgrade.handshake().protocol() != null,
            upgrade.handshake().deflate());
    upgrade.handshake().switchTo(connection(), socket, () -> socket.open(upgrade, access));
  }
}
