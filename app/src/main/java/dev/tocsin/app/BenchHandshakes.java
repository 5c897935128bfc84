package dev.tocsin.app;

import dev.tocsin.load.Entrance;
import dev.tocsin.load.HandshakeDriver;
import dev.tocsin.load.HandshakePlan;
import dev.tocsin.load.HandshakeReport;
import dev.tocsin.load.LoadException;
import dev.tocsin.load.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Mixin private final CaOption ca = new CaOption();

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "How many connections are opened at a time (default: 8).")
  private int atOnce = 8;

  @Option(
      names = "--resume",
      description = "Connections resume the sessions of those before, where the server lets them.")
  private boolean resume;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long it is measured (default: 10s).")
  private TimeSpan duration = new TimeSpan(Duration.ofSeconds(10));

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      description = "How long it runs before it is measured (default: 5s).")
  private TimeSpan warmUp = new TimeSpan(Duration.ofSeconds(5));

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description = "The server's process, if it runs on this machine: its CPU is read there.")
  private @Nullable Long pid;

  @Option(names = "--json", description = "One JSON object on stdout, and nothing else there.")
  private boolean json;

  BenchHandshakes(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    ServerUrl server = ServerUrl.parse(url);
    if (!server.address().secure()) {
      throw new WrongUse("--url " + url + " has no TLS: an address with https:// is wanted");
    }
    ca.ssl(); // says in words what is wrong with its file
    HandshakePlan plan = plan(server, ServerAccess.open(server).entrance(ca.file()));
    ServerProcess process =
        pid == null ? new ServerProcess.Unknown() : new ServerProcess.Local(pid);
    if (pid != null && process.sample().isEmpty()) {
      throw new WrongUse("--pid " + pid + ": there is no such process on this machine");
    }
    surroundings.interruption().listen();
    BenchProgress progress = new BenchProgress(surroundings);
    try {
      HandshakeReport report = HandshakeDriver.run(plan, process, progress);
      progress.clear();
      print(report);
      return report.interrupted() ? Main.FAILURE : 0;
    } catch (LoadException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    } finally {
      progress.clear();
    }
  }

  private HandshakePlan plan(ServerUrl server, Entrance entrance) throws WrongUse {
    try {
      return new HandshakePlan(
          server.resource("/healthz"),
          atOnce,
          resume,
          warmUp.duration(),
          duration.duration(),
          entrance);
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  private void print(HandshakeReport report) {
    if (json) {
      surroundings.out().println(json(report));
    } else {
      lines(report).forEach(surroundings.out()::println);
    }
    surroundings.out().flush();
    if (report.interrupted()) {
      surroundings.say("interrupted: these are the figures until then");
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
