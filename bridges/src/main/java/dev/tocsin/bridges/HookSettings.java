package dev.tocsin.bridges;

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

  /// A hook for any JSON.
  ///
  /// @param mappings each makes an event of a request that it is for
  record Webhook(String name, @Nullable Verification verification, List<Mapping> mappings)
      implements HookSettings {

    static final String KIND = "webhook";

    public Webhook {
      mappings = List.copyOf(mappings);
    }

    static Webhook read(String name, Section section, BridgeFile.Context context) {
      section.allow("name", "kind", "description", "verify", "map");
      return new Webhook(
          name,
          Verification.read(section.at("verify")),
          new MappingReader(context.catalog(), MessageSource.HOOK).readAll(section.at("map")));
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

    static Alertmanager read(String name, Section section, BridgeFile.Context context) {
      section.allow("name", "kind", "description", "verify", "severity");
      SeverityReader severity = SeverityReader.read(section.at("severity"));
      return new Alertmanager(
          name,
          Verification.read(section.at("verify")),
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
