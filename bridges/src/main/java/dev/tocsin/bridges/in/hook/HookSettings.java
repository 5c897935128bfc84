package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.StateFile;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.mapping.Mapping;
import dev.tocsin.bridges.mapping.MappingReader;
import dev.tocsin.bridges.mapping.MessageSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A bridge that takes what is posted to the server.
sealed interface HookSettings extends BridgeSettings {

  /// How a request is known to be from whom it should be; `null` where a credential of Tocsin's is asked for.
  @Nullable Verification verification();

  /// Below the server's root.
  @Override
  String place();

  @Override
  default void requireSecrets(Map<String, String> environment) throws MissingSecretException {
    Verification verification = verification();
    if (verification != null) {
      Verifier.of(verification, environment);
    }
  }

  @Override
  default Bridge make(Equipment equipment) throws MissingSecretException {
    Verification verification = verification();
    Verifier verifier =
        verification == null ? null : Verifier.of(verification, equipment.environment());
    BridgeFigures figures = new BridgeFigures(equipment.clock());
    return new HookDesk(
        this, verifier, hook(verifier, equipment, figures), figures, equipment.clock());
  }

  private Hook hook(@Nullable Verifier verifier, Equipment equipment, BridgeFigures figures) {
    return switch (this) {
      case Webhook webhook ->
          new WebhookHook(
              webhook, verifier == null ? null : verifier.idHeader(), equipment.clock());
      case Alertmanager alertmanager -> {
        Path state = equipment.file(name(), ".json");
        yield new AlertmanagerHook(
            alertmanager,
            new KnownAlerts(
                state == null ? null : new StateFile(state).tellingOf(figures::noteError)),
            equipment.clock());
      }
    };
  }

  /// A hook for any JSON.
  ///
  /// @param mappings each makes an event of a request that it is for
  record Webhook(String name, @Nullable Verification verification, List<Mapping> mappings)
      implements HookSettings {

    static final String KIND = "webhook";

    public Webhook {
      mappings = List.copyOf(mappings);
    }

    static Webhook read(BridgeDescription bridge) {
      bridge.allow(List.of("verify", "map"));
      return new Webhook(
          bridge.name(),
          Verification.read(bridge.at("verify")),
          new MappingReader(bridge.catalog(), MessageSource.HOOK).readAll(bridge.at("map")));
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public String place() {
      return "/hooks/" + name;
    }
  }

  /// A hook for Prometheus' Alertmanager.
  ///
  /// @param label which of an alert's labels tells its severity
  /// @param severities what the label says, in lower case, and the severity that it stands for
  /// @param severity that of all other alerts
  record Alertmanager(
      String name,
      @Nullable Verification verification,
      String label,
      Map<String, String> severities,
      String severity)
      implements HookSettings {

    static final String KIND = "alertmanager";

    public Alertmanager {
      severities = Map.copyOf(severities);
    }

    static Alertmanager read(BridgeDescription bridge) {
      bridge.allow(List.of("verify", "severity"));
      SeverityReader severity = SeverityReader.read(bridge.at("severity"));
      return new Alertmanager(
          bridge.name(),
          Verification.read(bridge.at("verify")),
          severity.label(),
          severity.table(),
          severity.other());
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public String place() {
      return "/hooks/alertmanager/" + name;
    }
  }
}
