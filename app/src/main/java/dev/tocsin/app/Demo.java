package dev.tocsin.app;

import dev.tocsin.app.demo.House;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.InMemoryEventLog;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import dev.tocsin.server.TocsinServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A server, a made-up house that publishes events, and a tail, in one command.
@Command(
    name = "demo",
    description = {
      "Starts a server in memory, lets a made-up house of cameras publish events, and shows them.",
      "",
      "Runs until Ctrl-C. The events come at the pace of a house: about three a second."
    },
    sortOptions = false)
final class Demo implements Callable<Integer> {

  private static final String HOST = "127.0.0.1";
  private static final int USUAL_PORT = 8080;
  private static final ByteSize RETAIN = new ByteSize(64L << 20);
  private static final Duration IDEMPOTENCY_WINDOW = Duration.ofMinutes(10);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
  private static final double MAX_SPEED = 1_000;

  private final Surroundings surroundings;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "The port to listen on; 0 picks a free one (default: 8080, or a free one when that is in"
              + " use).")
  private @Nullable Integer port;

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      description = "How much faster than life the house lives (default: 1).")
  private double speed = 1;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "End after so many seconds (default: never).")
  private @Nullable Long seconds;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "The same number gives the same story (default: another one each time).")
  private @Nullable Long seed;

  @Mixin private final BrowserOptions browsers = new BrowserOptions();

  Demo(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    if (!(speed > 0 && speed <= MAX_SPEED)) {
      throw new WrongUse("--speed is a factor above 0, up to " + (int) MAX_SPEED);
    }
    if (port != null) {
      NetworkOptions.requirePort(port);
    }
    if (seconds != null && seconds < 0) {
      throw new WrongUse("--seconds is not negative");
    }
    EventCatalog catalog = EventCatalog.builtIn();
    surroundings.interruption().listen();
    TocsinServer server = start(catalog);
    try {
      introduce(server);
      TailPrinter printer = new TailPrinter(surroundings, false);
      ServerUrl url = ServerUrl.parse(server.url());
      try (TocsinClient client = new TocsinClient(url.clientOptions(), printer)) {
        Tail.connect(client, surroundings);
        live(new House(seed == null ? new Random() : new Random(seed), catalog), server);
      }
      return printer.exitCode();
    } finally {
      server.stop(STOP_LIMIT);
    }
  }

  private TocsinServer start(EventCatalog catalog) throws Failure, WrongUse {
    if (port != null) {
      return start(catalog, port);
    }
    try {
      return start(catalog, USUAL_PORT);
    } catch (Failure e) {
      return start(catalog, 0);
    }
  }

  private TocsinServer start(EventCatalog catalog, int chosenPort) throws Failure, WrongUse {
    GatewaySettings settings;
    try {
      settings =
          new GatewaySettings(
              HOST, chosenPort, browsers.allowedOrigins(), browsers.allowedHosts(), Transport.AUTO);
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
    return ServerStart.inMemory(
        catalog,
        RETAIN,
        InMemoryEventLog.FOR_EVER,
        IDEMPOTENCY_WINDOW,
        settings,
        surroundings.clock());
  }

  private void introduce(TocsinServer server) throws Failure {
    surroundings.out().println("listening on " + server.url());
    surroundings.out().requireWritten();
    surroundings.say(
        """
        A made-up house publishes events now. See it in a browser:
          %1$s/console/
        Or try in another terminal:
          %3$s tail 'alert.*'%4$s
          %3$s stats%4$s
          curl -s '%1$s/api/v1/events?events=alert.*&since=0&limit=5'
        A WebSocket client connects to %2$s/ws/events. Ctrl-C ends it all.\
        """
            .formatted(
                server.url(),
                server.url().replaceFirst("^http", "ws"),
                surroundings.program(),
                server.url().equals(ServerUrl.DEFAULT) ? "" : " --url " + server.url()));
  }

  /// Lets the house live until the command is asked to end, or its time is over.
  private void live(House house, TocsinServer server) {
    Duration pause = Duration.ofNanos((long) (House.TICK.toNanos() / speed));
    Instant end =
        seconds == null ? Instant.MAX : surroundings.clock().instant().plusSeconds(seconds);
    Instant now = surroundings.clock().instant();
    while (now.isBefore(end)) {
      for (WebSocketEvent event : house.tick(now)) {
        server.hub().publish(PublishCommand.of(event)).thenAccept(this::complain);
      }
      if (surroundings.interruption().await(pause)) {
        return;
      }
      now = surroundings.clock().instant();
    }
  }

  private void complain(PublishResult result) {
    if (result instanceof PublishResult.Refused refused) {
      surroundings.say("an event of the house was refused: " + refused.rejection().message());
    }
  }
}
