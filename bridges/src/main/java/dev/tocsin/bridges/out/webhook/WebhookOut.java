package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.bridge.BridgeKind;

/// Bridges that post events to an address, as Standard Webhooks.
public final class WebhookOut {

  /// Their kind.
  public static final BridgeKind KIND =
      new BridgeKind(WebhookOutSettings.KIND, WebhookOutSettings::read);

  private WebhookOut() {}
}
