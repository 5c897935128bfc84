package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.BridgeKind;

/// The kinds of bridges to which other systems post.
public final class HookKinds {

  /// Any JSON.
  public static final BridgeKind WEBHOOK =
      new BridgeKind(HookSettings.Webhook.KIND, HookSettings.Webhook::read);

  /// What Prometheus' Alertmanager posts.
  public static final BridgeKind ALERTMANAGER =
      new BridgeKind(HookSettings.Alertmanager.KIND, HookSettings.Alertmanager::read);

  private HookKinds() {}
}
