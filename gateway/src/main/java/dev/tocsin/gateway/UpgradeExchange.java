package dev.tocsin.gateway;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.hub.Pass;
import org.jspecify.annotations.Nullable;

/// `GET /ws/events` with a proper wish for the upgrade.
final class UpgradeExchange extends BodyExchange {

  private final GatewayContext context;
  private final Loop loop;
  private final Upgrade.Accepted upgrade;
  private final @Nullable Pass pass;

  /// @param pass `null` for a client that says only later who it is
  UpgradeExchange(
      HttpConnection connection,
      GatewayContext context,
      Loop loop,
      Upgrade.Accepted upgrade,
      @Nullable Pass pass) {
    super(connection);
    this.context = context;
    this.loop = loop;
    this.upgrade = upgrade;
    this.pass = pass;
  }

  @Override
  protected void complete(byte[] body) {
    WebSocketConnection socket =
        new WebSocketConnection(
            context, loop, connection().channel(), upgrade.handshake().deflate());
    upgrade.handshake().switchTo(connection(), socket, () -> socket.open(upgrade, pass));
  }
}
