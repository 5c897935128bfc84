package dev.tocsin.gateway;

/// `GET /ws/events` with a proper wish for the upgrade.
final class UpgradeExchange extends BodyExchange {

  private final Upgrade.Accepted upgrade;

  UpgradeExchange(HttpConnection connection, Upgrade.Accepted upgrade) {
    super(connection);
    this.upgrade = upgrade;
  }

  @Override
  void complete(byte[] body) {
    connection().becomeWebSocket(upgrade);
  }
}
