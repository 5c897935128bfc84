package dev.tocsin.app;

import dev.tocsin.load.Audiences;
import dev.tocsin.load.LoadDriver;
import dev.tocsin.load.LoadPlan;
import dev.tocsin.load.LoadReport;
import dev.tocsin.load.Pace;
import dev.tocsin.load.PeerProtocol;
import dev.tocsin.load.PublishBy;
import dev.tocsin.load.ReceiveBy;
import dev.tocsin.load.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures a server under load.
@Command(
    name = "bench",
    description = {
      "Measures a server under load: many connections that receive, and one producer.",
      "",
      "Without --url it starts a server of its own with a log in a temporary folder, and ends it"
          + " afterwards. Driver and server share the machine's cores then: 'taskset' separates"
          + " them, see docs/benchmarks.md. A Tocsin is asked for its CPU and memory if there is no"
          + " --pid.",
      "",
      "The exit code is 1 when an event was lost, came twice or out of order, or a connection was"
          + " cut.",
      ""
    },
    footer = {
      "",
      "For instance:",
      "  ${ROOT-COMMAND-NAME} bench --connections 500 --in-flight 8",
      "  ${ROOT-COMMAND-NAME} bench --url http://127.0.0.1:8080 --rate 200 --duration 30s",
      "  ${ROOT-COMMAND-NAME} bench --idle --connections 8000",
      "",
      "Every option can also be given in the environment: TOCSIN_RATE=50 for --rate 50.",
      "Exit codes: 0, 1 for a failure, 2 for wrong use."
    },
    sortOptions = false)
final class Bench implements Callable<Integer> {

  private static final String SOCKET_PATH = "/ws/events";

  private final Surroundings surroundings;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server (default: one of its own).")
  private @Nullable String url;

  @Mixin private final KeyOption key = new KeyOption();

  @Mixin private final MeasuringOptions measuring = new MeasuringOptions();

  @Option(
      names = "--memory",
      description = "Its own server keeps the log in memory instead of on disk.")
  private boolean memory;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "How many connections receive (default: 100).")
  private int connections = 100;

  @Option(
      names = "--transport",
      paramLabel = "KIND",
      description =
          "What they are: websocket, sse (server-sent events) or ndjson (lines of JSON) (default:"
              + " websocket).")
  private ReceiveBy receiveBy = ReceiveBy.WEBSOCKET;

  @Option(
      names = "--patterns",
      paramLabel = "PATTERN[+PATTERN…]",
      split = ",",
      description =
          "What they subscribe to; connections take these in turn, so that each makes an audience"
              + " (default: everything). Repeatable; + joins the patterns of one connection.")
  private List<String> patterns = List.of();

  @Option(
      names = "--audiences",
      paramLabel = "N",
      description =
          "Instead of --patterns: N different subscriptions, each of which gets the events.")
  private @Nullable Integer audiences;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Publish N events a second, whatever the server does; latencies count from the time at"
              + " which an event was due (default: 50).")
  private @Nullable Double rate;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description =
          "Instead of --rate: keep N events on their way; one that all connections have makes room"
              + " for the next.")
  private @Nullable Integer inFlight;

  @Option(names = "--idle", description = "Publish nothing: only what connections cost.")
  private boolean idle;

  @Option(
      names = "--warm-connections",
      paramLabel = "N",
      description =
          "With --idle: open and close so many connections before (default: half of"
              + " --connections).")
  private @Nullable Integer warmConnections;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "About how large an event is (default: 300).")
  private ByteSize size = new ByteSize(300);

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "The events' type, whose schema has to allow the payload of a detection.new (default:"
              + " detection.new).")
  private String type = "detection.new";

  @Option(
      names = "--publish",
      paramLabel = "HOW",
      description =
          "How events get there: ws (one WebSocket), http (a POST for each) or ndjson (--batch a"
              + " POST) (default: ws).")
  private @Nullable PublishBy publishBy;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "With --publish ndjson: events in one POST (default: 100).")
  private @Nullable Integer batch;

  @Option(
      names = "--deflate",
      description = "The WebSockets offer permessage-deflate, and inflate.")
  private boolean deflate;

  @Option(
      names = "--receivers",
      paramLabel = "N",
      description = "How many threads receive (default: 1).")
  private int receivers = 1;

  @Option(
      names = "--peer-protocol",
      paramLabel = "KIND",
      description =
          "What kind of server it is: tocsin, echo (sends to all what one sends), nats (its"
              + " WebSocket) or nchan (default: tocsin).")
  private PeerProtocol protocol = PeerProtocol.TOCSIN;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "Where the WebSocket of another kind of server is (default: /).")
  private @Nullable String path;

  @Option(
      names = "--publish-path",
      paramLabel = "PATH",
      description = "Where an Nchan is posted to (default: /pub).")
  private String publishPath = "/pub";

  Bench(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    check();
    if (url != null) {
      ServerUrl server = ServerUrl.parse(url);
      return measure(
          new ServerAccess(server, key.credential(surroundings), measuring.ca().ssl(), List.of()),
          measuring.process());
    }
    plan(
        ServerAccess.open(
            ServerUrl.parse(ServerUrl.DEFAULT))); // wrong use is told before a server is started
    surroundings.interruption().listen();
    try (OwnServer server = OwnServer.start(memory)) {
      return measure(
          ServerAccess.open(ServerUrl.parse(server.url())), new ServerProcess.Local(server.pid()));
    }
  }

  private void check() throws WrongUse {
    if ((rate != null ? 1 : 0) + (inFlight != null ? 1 : 0) + (idle ? 1 : 0) > 1) {
      throw new WrongUse("--rate, --in-flight and --idle exclude each other");
    }
    if (audiences != null && !patterns.isEmpty()) {
      throw new WrongUse("--patterns and --audiences exclude each other");
    }
    if (audiences != null && (audiences < 1 || audiences > Audiences.MAX)) {
      throw new WrongUse("--audiences is between 1 and " + Audiences.MAX);
    }
    if (url == null && protocol != PeerProtocol.TOCSIN) {
      throw new WrongUse("where is the " + protocol + " server? Give its --url");
    }
    if (url == null && measuring.isPidGiven()) {
      throw new WrongUse("--pid is for a server that runs: give its --url");
    }
    if (url == null && (key.isGiven() || measuring.ca().isGiven())) {
      throw new WrongUse("--key and --ca are for a server that runs: give its --url");
    }
    if (url != null && memory) {
      throw new WrongUse("--memory is for a server of its own: leave out --url");
    }
    if (protocol == PeerProtocol.TOCSIN && path != null) {
      throw new WrongUse("--path is for another kind of server; for a Tocsin it stands in --url");
    }
    if (protocol != PeerProtocol.TOCSIN
        && (audiences != null || !patterns.isEmpty() || publishBy != null)) {
      throw new WrongUse("--patterns, --audiences and --publish are for a Tocsin only");
    }
    if (receiveBy != ReceiveBy.WEBSOCKET && (protocol != PeerProtocol.TOCSIN || deflate)) {
      throw new WrongUse(
          "--transport " + receiveBy + " is of a Tocsin only, and without --deflate");
    }
    if (batch != null && publishBy != PublishBy.NDJSON) {
      throw new WrongUse("--batch is for --publish ndjson");
    }
    if (warmConnections != null && !idle) {
      throw new WrongUse("--warm-connections is for --idle");
    }
    if (protocol == PeerProtocol.TOCSIN && !type.matches("[a-z0-9_.]{1,128}")) {
      throw new WrongUse("--type " + type + " is no event type such as detection.new");
    }
  }

  private LoadPlan plan(ServerAccess access) throws Failure, WrongUse {
    ServerUrl server = access.url();
    boolean tocsin = protocol == PeerProtocol.TOCSIN;
    String at = server.http() + (tocsin ? SOCKET_PATH : path == null ? "/" : path);
    PublishBy by =
        publishBy != null
            ? publishBy
            : protocol == PeerProtocol.NCHAN ? PublishBy.HTTP : PublishBy.WS;
    try {
      return new LoadPlan(
          URI.create(at.replaceFirst("^http", "ws")),
          protocol,
          tocsin ? server.resource("/api/v1/events").getRawPath() : publishPath,
          connections,
          receiveBy,
          !idle ? 0 : warmConnections == null ? connections / 2 : warmConnections,
          subscriptions(),
          type,
          (int) Math.min(Integer.MAX_VALUE, size.bytes()),
          pace(),
          by,
          by != PublishBy.NDJSON ? 1 : batch == null ? 100 : batch,
          measuring.warmUp(),
          measuring.duration(),
          receivers,
          deflate,
          access.entrance(measuring.ca().file()));
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  private List<List<String>> subscriptions() {
    if (audiences != null) {
      return Audiences.distinct(audiences, type);
    }
    List<List<String>> all = new ArrayList<>();
    patterns.forEach(joined -> all.add(List.of(joined.split("\\+", -1))));
    return all.isEmpty() ? List.of(List.of()) : all;
  }

  private Pace pace() {
    return idle
        ? new Pace.Idle()
        : inFlight != null
            ? new Pace.InFlight(inFlight)
            : new Pace.OpenLoop(rate == null ? 50 : rate);
  }

  /// @param known the server's process; `null` where nobody has said which it is
  private int measure(ServerAccess server, @Nullable ServerProcess known) throws Failure, WrongUse {
    LoadPlan plan = plan(server);
    if (server.url().address().secure()) {
      new HubApi(server, surroundings).reach(); // tells in words why TLS does not come about
    }
    surroundings.interruption().listen();
    HttpClient.Builder builder = HttpClient.newBuilder();
    server.trust(builder);
    try (HttpClient http = builder.build()) {
      ServerProcess process = known == null ? asked(server, http, plan) : known;
      LoadReport report =
          measuring.run(surroundings, observer -> LoadDriver.run(plan, process, observer));
      measuring.print(
          surroundings,
          () -> BenchReport.json(report),
          () -> BenchReport.lines(report),
          report.warnings(),
          report.interrupted());
      return report.isClean() ? 0 : Main.FAILURE;
    }
  }

  private ServerProcess asked(ServerAccess server, HttpClient http, LoadPlan plan) {
    return protocol == PeerProtocol.TOCSIN
        ? new ServerProcess.Told(server.url().resource("/api/v1/stats"), http, plan.entrance())
        : new ServerProcess.Unknown();
  }
}
