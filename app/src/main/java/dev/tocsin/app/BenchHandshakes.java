package dev.tocsin.app;

import dev.tocsin.load.Entrance;
import dev.tocsin.load.HandshakeDriver;
import dev.tocsin.load.HandshakePlan;
import dev.tocsin.load.HandshakeReport;
import dev.tocsin.load.ServerProcess;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Measures what handshakes of TLS cost a server.
@Command(
    name = "handshakes",
    description = {
      "Measures what handshakes of TLS cost a server: opens connections, so many at a time, and"
          + " asks for /healthz on each, after which the server ends it.",
      "",
      "The driver's share of a handshake is larger than the server's, so how many there are in a"
          + " second says little about the server. With --pid you also get how many it can do for"
          + " each second of its CPU."
    },
    sortOptions = false)
final class BenchHandshakes implements Callable<Integer> {

  private final Surroundings surroundings;

  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description = "The server, of any kind: https://host:port.")
  private String url = "";

  @Mixin private final MeasuringOptions measuring = new MeasuringOptions();

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "How many connections are opened at a time (default: 8).")
  private int atOnce = 8;

  @Option(
      names = "--resume",
      description = "Connections resume the sessions of those before, where the server lets them.")
  private boolean resume;

  BenchHandshakes(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    ServerUrl server = ServerUrl.parse(url);
    if (!server.address().secure()) {
      throw new WrongUse("--url " + url + " has no TLS: an address with https:// is wanted");
    }
    ServerAccess access = new ServerAccess(server, null, measuring.ca().ssl(), List.of());
    HandshakePlan plan = plan(server, access.entrance(measuring.ca().file()));
    ServerProcess known = measuring.process();
    ServerProcess process = known == null ? new ServerProcess.Unknown() : known;
    surroundings.interruption().listen();
    HandshakeReport report = measured(access, plan, process);
    measuring.print(
        surroundings, () -> json(report), () -> lines(report), List.of(), report.interrupted());
    return report.interrupted() ? Main.FAILURE : 0;
  }

  private HandshakeReport measured(ServerAccess access, HandshakePlan plan, ServerProcess process)
      throws Failure {
    try {
      return measuring.run(surroundings, observer -> HandshakeDriver.run(plan, process, observer));
    } catch (Failure e) {
      new HubApi(access, surroundings).reach(); // tells in words why TLS does not come about
      throw e;
    }
  }

  private HandshakePlan plan(ServerUrl server, Entrance entrance) throws WrongUse {
    try {
      return new HandshakePlan(
          server.resource("/healthz"),
          atOnce,
          resume,
          measuring.warmUp(),
          measuring.duration(),
          entrance);
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> lines(HandshakeReport report) {
    Table table = new Table();
    table.row("server", report.plan().server().toString(), "");
    table.row(
        "handshakes",
        String.format(Locale.ROOT, "%,.0f/s", report.perSecond()),
        String.format(
            Locale.ROOT,
            "%,d in %.1f s, %,d at once; %,d resumed a session",
            report.handshakes(),
            report.seconds(),
            report.plan().atOnce(),
            report.resumed()));
    Double cpu = report.serverCpu();
    Double micros = report.serverMicros();
    Double perCore = report.perCoreSecond();
    table.row(
        "server CPU",
        cpu == null ? "?" : String.format(Locale.ROOT, "%.1f %%", 100 * cpu),
        micros == null || perCore == null
            ? "give the --pid of the server"
            : String.format(
                Locale.ROOT,
                "of a core, %.1f µs a handshake: %,.0f for each second of CPU",
                micros,
                perCore));
    table.row(
        "driver CPU", String.format(Locale.ROOT, "%.1f %%", 100 * report.driverCpu()), "of a core");
    return table.lines();
  }

  private static String json(HandshakeReport report) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("server", report.plan().server().toString())
        .put("at_once", report.plan().atOnce())
        .put("resuming", report.plan().resuming())
        .put("seconds", report.seconds())
        .put("handshakes", report.handshakes())
        .put("resumed", report.resumed())
        .put("handshakes_per_second", report.perSecond());
    if (report.serverCpu() != null) {
      json.put("server_cpu", report.serverCpu());
    }
    if (report.serverMicros() != null) {
      json.put("server_micros_per_handshake", report.serverMicros());
    }
    json.put("driver_cpu", report.driverCpu()).put("interrupted", report.interrupted());
    json.putArray("warnings");
    return JsonMapper.shared().writeValueAsString(json);
  }
}
