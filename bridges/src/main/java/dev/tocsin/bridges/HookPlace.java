package dev.tocsin.bridges;

/// Where a bridge takes requests.
///
/// @param path below the server's root
/// @param isSigned whether the bridge itself finds out whether a request is good; otherwise its sender needs a credential
public record HookPlace(String path, boolean isSigned) {

  /// The place of a bridge.
  static HookPlace of(BridgeSettings bridge) {
    return new HookPlace(path(bridge), bridge.verification() != null);
  }

  static String path(BridgeSettings bridge) {
    return switch (bridge) {
      case BridgeSettings.Webhook hook -> "/hooks/" + hook.name();
      case BridgeSettings.Alertmanager alerts -> "/hooks/alertmanager/" + alerts.name();
    };
  }
}
