package dev.tocsin.bridges;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A bridge as an operator has described it.
sealed interface BridgeSettings {

  /// Its name.
  String name();

  /// Its kind, as the file has it.
  String kind();

  /// How a request is known to be from whom it should be; `null` where a credential of Tocsin's is asked for.
  @Nullable Verification verification();

  /// A hook for any JSON.
  ///
  /// @param mappings each makes an event of a request that it is for
  record Webhook(String name, @Nullable Verification verification, List<Mapping> mappings)
      implements BridgeSettings {

    static final String KIND = "webhook";

    public Webhook {
      mappings = List.copyOf(mappings);
    }

    @Override
    public String kind() {
      return KIND;
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
      implements BridgeSettings {

    static final String KIND = "alertmanager";

    public Alertmanager {
      severities = Map.copyOf(severities);
    }

    @Override
    public String kind() {
      return KIND;
    }
  }
}
