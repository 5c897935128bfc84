package dev.tocsin.bridges.in.hook;

/// What an Alertmanager posts: version 4 of its webhook, with all that is always there.
final class AlertmanagerBodies {

  private AlertmanagerBodies() {}

  /// A group of alerts.
  static String group(String... alerts) {
    return "{\"receiver\":\"tocsin\",\"status\":\"firing\",\"alerts\":["
        + String.join(",", alerts)
        + "],\"groupLabels\":{},\"commonLabels\":{},\"commonAnnotations\":{},"
        + "\"externalURL\":\"http://am:9093\",\"version\":\"4\",\"groupKey\":\"{}:{}\",\"truncatedAlerts\":0}";
  }

  /// An alert of it.
  static String alert(String status, String fingerprint, String labels, String annotations) {
    return "{\"status\":\""
        + status
        + "\",\"labels\":"
        + labels
        + ",\"annotations\":"
        + annotations
        + ",\"startsAt\":\"2026-03-04T05:00:00Z\",\"endsAt\":\""
        + (status.equals("firing") ? "0001-01-01T00:00:00Z" : "2026-03-04T05:05:00Z")
        + "\",\"generatorURL\":\"http://prometheus:9090/graph\",\"fingerprint\":\""
        + fingerprint
        + "\"}";
  }
}
