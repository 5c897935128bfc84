package dev.tocsin.app;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.gateway.BridgeStandings;
import dev.tocsin.gateway.HookServer;
import dev.tocsin.http.IpLiteral;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Bridges in a process of their own, from the first connection to the hub until the process is asked to end. Of the main
/// thread.
final class BridgeProcess {

  private static final Duration TURN = Duration.ofMillis(500);
  private static final Duration MOMENT = Duration.ofMillis(50);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  /// What a command asks to have a bridge's events sent again, before its name.
  static final String RETRY = "retry ";

  /// What is answered when there is no such bridge.
  static final String NONE = "none";

  private final Surroundings surroundings;
  private final String config;
  private final ServerAccess server;
  private final HookPort port;
  private final BridgeFolder folder;
  private final Instant begun;
  private boolean unwritable;

  BridgeProcess(
      Surroundings surroundings,
      String config,
      ServerAccess server,
      HookPort port,
      BridgeFolder folder) {
    this.surroundings = surroundings;
    this.config = config;
    this.server = server;
    this.port = port;
    this.folder = folder;
    this.begun = surroundings.clock().instant();
  }

  /// Runs bridges, which are closed at the end.
  ///
  /// @return the exit code
  int run(Bridges made) throws Failure, WrongUse {
    try (RemoteHub hub = new RemoteHub(server.clientOptions(), surroundings::say);
        Bridges bridges = made) {
      port.requireSafe(bridges);
      CompletableFuture<Void> connected = hub.connect();
      while (!connected.isDone()) {
        if (isOver(bridges, hub, MOMENT)) {
          return code(hub);
        }
      }
      bridges.start(hub);
      return serve(bridges, hub);
    }
  }

  private int serve(Bridges bridges, RemoteHub hub) throws Failure {
    HookServer hooks = port.start(bridges, hub, surroundings.clock());
    try {
      surroundings.out().println("bridges of " + config + " are running");
      surroundings.out().requireWritten();
      if (hooks != null) {
        String url = IpLiteral.url("http", hooks.address());
        bridges.places().forEach(place -> surroundings.say("bridge at " + url + place.path()));
      }
      while (!isOver(bridges, hub, TURN)) {
        // It goes on.
      }
      return code(hub);
    } finally {
      if (hooks != null) {
        hooks.stop(STOP_LIMIT);
      }
    }
  }

  /// Takes a turn: writes how the bridges fare, does what commands ask for, and waits.
  ///
  /// @param pause how long
  /// @return whether the process is to end
  private boolean isOver(Bridges bridges, RemoteHub hub, Duration pause) {
    try {
      folder.write(status(bridges, hub));
      folder.fulfil(wish -> answer(wish, bridges));
      unwritable = false;
    } catch (IOException e) {
      if (!unwritable) {
        surroundings.say("the state folder cannot be written: " + FileTrouble.of(e));
      }
      unwritable = true;
    }
    return surroundings.interruption().await(hub.refused().isDone() ? Duration.ZERO : pause)
        || hub.refused().isDone();
  }

  private int code(RemoteHub hub) {
    String refused = hub.refused().getNow("");
    if (refused.isEmpty() || surroundings.interruption().await(Duration.ZERO)) {
      surroundings.say("stopping");
      return 0;
    }
    surroundings.say("tocsin: the hub has refused for good: " + refused);
    return Main.FAILURE;
  }

  private static String answer(String wish, Bridges bridges) {
    OptionalInt events =
        wish.startsWith(RETRY)
            ? bridges.retry(wish.substring(RETRY.length()).strip())
            : OptionalInt.empty();
    return events.isPresent() ? String.valueOf(events.getAsInt()) : NONE;
  }

  private ObjectNode status(Bridges bridges, RemoteHub hub) {
    ObjectNode status =
        JsonNodeFactory.instance
            .objectNode()
            .put("pid", ProcessHandle.current().pid())
            .put("config", config)
            .put("hub", server.url().http().toString())
            .put("started", begun.toString());
    String away = hub.away();
    status.put("connected", away == null);
    if (away != null) {
      status.put("error", away);
    }
    status.set("bridges", BridgeStandings.write(bridges.standings(), true));
    return status;
  }
}
