package dev.tocsin.app;

import dev.tocsin.gateway.GatewaySettings;
import picocli.CommandLine.Mixin;

/// Everything that a server can be told: by who starts one, and by who looks whether it could be started.
final class ServingOptions {

  @Mixin private final NetworkOptions network = new NetworkOptions();

  @Mixin private final AccessOptions access = new AccessOptions();

  @Mixin private final TlsOptions tls = new TlsOptions();

  @Mixin private final LogOptions log = new LogOptions();

  @Mixin private final CatalogOption catalog = new CatalogOption();

  @Mixin private final BridgesOption bridges = new BridgesOption();

  NetworkOptions network() {
    return network;
  }

  TlsOptions tls() {
    return tls;
  }

  LogOptions log() {
    return log;
  }

  CatalogOption catalog() {
    return catalog;
  }

  BridgesOption bridges() {
    return bridges;
  }

  /// What they come to, before anything is opened.
  ///
  /// @throws WrongUse when they do not go together
  GatewaySettings check() throws WrongUse {
    log.check();
    GatewaySettings settings = network.settings(tls.files());
    access.check(log.folder(), tls.takesCertificates());
    return settings;
  }

  /// How it will be known who somebody is.
  AccessPlan plan() throws WrongUse {
    return access.plan(log.folder(), tls.takesCertificates(), network.isReachable());
  }

  /// Who knows it, from now on.
  Guard guard(Surroundings surroundings) throws WrongUse, Failure {
    return access.guard(log.folder(), tls.takesCertificates(), network.isReachable(), surroundings);
  }
}
