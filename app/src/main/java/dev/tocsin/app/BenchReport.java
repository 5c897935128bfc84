package dev.tocsin.app;

import dev.tocsin.load.LoadPlan;
import dev.tocsin.load.LoadReport;
import dev.tocsin.load.Pace;
import dev.tocsin.load.PeerProtocol;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a load has measured, for people and for programs.
final class BenchReport {

  private BenchReport() {}

  /// A plain table.
  static List<String> lines(LoadReport report) {
    LoadPlan plan = report.plan();
    Table table = new Table();
    table.row("server", plan.server().toString(), "");
    table.row(
        "connections",
        String.format(Locale.ROOT, "%,d", plan.connections()),
        String.format(
            Locale.ROOT,
            "%s, connected in %.2f s, %,.0f a second",
            plan.receiveBy(),
            report.connectSeconds(),
            report.connectionsPerSecond()));
    LoadReport.Flow flow = report.flow();
    if (flow != null) {
      flow(table, report, flow);
    }
    LoadReport.Memory memory = report.memory();
    if (memory != null) {
      table.row(
          "server memory",
          String.format(Locale.ROOT, "%.1f MiB", memory.bytes() / 1048576.0),
          String.format(
              Locale.ROOT,
              "%.2f KiB more for each connection",
              memory.bytesPerConnection() / 1024));
    }
    if (flow != null) {
      table.row(
          "driver CPU",
          percent(flow.driverCpu()),
          "of a core; its busiest receiving thread " + percent(flow.receiverCpu()));
    }
    return table.lines();
  }

  private static void flow(Table table, LoadReport report, LoadReport.Flow flow) {
    table.row(
        "published",
        String.format(Locale.ROOT, "%,.1f/s", flow.publishedPerSecond()),
        String.format(
            Locale.ROOT,
            "events of %,d bytes by %s, %s, for %.1f s",
            report.eventBytes(),
            report.plan().publishBy(),
            pace(report.plan().pace()),
            flow.seconds()));
    table.row(
        "delivered",
        String.format(Locale.ROOT, "%,.0f/s", flow.deliveriesPerSecond()),
        faults(report, flow));
    LoadReport.Latency latency = flow.latency();
    if (latency != null) {
      table.row(
          "latency p50",
          String.format(Locale.ROOT, "%.3f ms", latency.p50()),
          from(report.plan().pace()));
      table.row("latency p90", String.format(Locale.ROOT, "%.3f ms", latency.p90()), "");
      table.row("latency p99", String.format(Locale.ROOT, "%.3f ms", latency.p99()), "");
      table.row("latency p99.9", String.format(Locale.ROOT, "%.3f ms", latency.p999()), "");
      table.row("latency max", String.format(Locale.ROOT, "%.3f ms", latency.max()), "");
    }
    Double cpu = flow.serverCpu();
    Double micros = flow.serverMicrosPerDelivery();
    table.row(
        "server CPU",
        cpu == null ? "?" : percent(cpu),
        cpu == null
            ? "the server does not tell: give its --pid"
            : micros == null
                ? "of a core"
                : String.format(Locale.ROOT, "of a core, %.3f µs a delivery", micros));
  }

  private static String faults(LoadReport report, LoadReport.Flow flow) {
    String lost = String.format(Locale.ROOT, "%,d lost", flow.lost());
    return report.plan().protocol() == PeerProtocol.TOCSIN
        ? lost
            + String.format(
                Locale.ROOT,
                ", %,d gaps, %,d twice, %,d out of order",
                flow.gaps(),
                flow.duplicates(),
                flow.outOfOrder())
        : lost + " (order not checked)";
  }

  private static String pace(Pace pace) {
    return switch (pace) {
      case Pace.OpenLoop open ->
          String.format(Locale.ROOT, "%s/s intended", plain(open.eventsPerSecond()));
      case Pace.InFlight closed -> String.format(Locale.ROOT, "%,d in flight", closed.events());
      case Pace.Idle _ -> "idle";
    };
  }

  private static String from(Pace pace) {
    return pace instanceof Pace.OpenLoop ? "from the time an event was due" : "from the sending";
  }

  private static String plain(double number) {
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%,.0f", number)
        : String.format(Locale.ROOT, "%,.2f", number);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /// The same as one JSON object, on one line.
  static String json(LoadReport report) {
    LoadPlan plan = report.plan();
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("server", plan.server().toString())
        .put("peer_protocol", plan.protocol().toString())
        .put("connections", plan.connections())
        .put("transport", plan.receiveBy().toString())
        .put("subscriptions", plan.audiences().size())
        .put("connect_seconds", report.connectSeconds())
        .put("connections_per_second", report.connectionsPerSecond());
    LoadReport.Flow flow = report.flow();
    if (flow != null) {
      json.put("publish", plan.publishBy().toString())
          .put("batch", plan.batch())
          .put("event_bytes", report.eventBytes());
      switch (plan.pace()) {
        case Pace.OpenLoop open -> json.put("rate", open.eventsPerSecond());
        case Pace.InFlight closed -> json.put("in_flight", closed.events());
        case Pace.Idle _ -> {}
      }
      flow(json, flow);
    }
    LoadReport.Memory memory = report.memory();
    if (memory != null) {
      json.put("server_resident_bytes", memory.bytes())
          .put("server_bytes_per_connection", memory.bytesPerConnection());
    }
    json.put("interrupted", report.interrupted());
    report.warnings().forEach(json.putArray("warnings")::add);
    return JsonMapper.shared().writeValueAsString(json);
  }

  private static void flow(ObjectNode json, LoadReport.Flow flow) {
    json.put("seconds", flow.seconds())
        .put("published_per_second", flow.publishedPerSecond())
        .put("deliveries_per_second", flow.deliveriesPerSecond())
        .put("lost", flow.lost())
        .put("gaps", flow.gaps())
        .put("duplicates", flow.duplicates())
        .put("out_of_order", flow.outOfOrder())
        .put("closed", flow.closed());
    LoadReport.Latency latency = flow.latency();
    if (latency != null) {
      json.putObject("latency_ms")
          .put("count", latency.count())
          .put("p50", latency.p50())
          .put("p90", latency.p90())
          .put("p99", latency.p99())
          .put("p99_9", latency.p999())
          .put("max", latency.max());
    }
    Double cpu = flow.serverCpu();
    Double micros = flow.serverMicrosPerDelivery();
    if (cpu != null) {
      json.put("server_cpu", cpu);
    }
    if (micros != null) {
      json.put("server_micros_per_delivery", micros);
    }
    json.put("driver_cpu", flow.driverCpu()).put("receiver_cpu", flow.receiverCpu());
  }
}
