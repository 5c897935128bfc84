package dev.tocsin.app;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.BuildVersion;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.gateway.Hooks;
import dev.tocsin.server.TocsinServer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Runs a server until a signal comes.
@Command(
    name = "serve",
    description = {
      "Runs a server until Ctrl-C or SIGTERM.",
      "",
      "Every event is in the log in --data, or with --jetstream in NATS, before it is acknowledged,"
          + " and stays there for --retain.",
      "The first line on stdout is 'listening on http://HOST:PORT', once it does; with --tls-cert,"
          + " https."
    },
    sortOptions = false)
final class Serve implements Callable<Integer> {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(9);
  private static final Duration HEALTH_CHECK = Duration.ofSeconds(1);

  private final Surroundings surroundings;

  @Mixin private final ServingOptions options = new ServingOptions();

  Serve(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    GatewaySettings settings = options.check();
    EventCatalog catalog = options.catalog().load();
    surroundings.interruption().starting();
    // Bridges end after the server, whose last requests they answer.
    try (Guard guard = options.guard(surroundings);
        Bridges bridges = options.bridges().load(catalog, options.log().folder(), surroundings)) {
      Hooks hooks = bridges == null ? Hooks.NONE : new ServerHooks(bridges);
      return serve(catalog, settings.with(guard.settings()).with(hooks), guard, bridges);
    }
  }

  private int serve(
      EventCatalog catalog, GatewaySettings settings, Guard guard, @Nullable Bridges bridges)
      throws Failure, WrongUse {
    TocsinServer server = options.log().start(catalog, settings, surroundings);
    surroundings.interruption().listen();
    try {
      if (bridges != null) {
        bridges.start(new OwnHub(server.hub(), null));
      }
      surroundings.out().println("listening on " + server.url());
      surroundings.out().requireWritten();
      describe(server, catalog, settings.hooks());
      DeflateOptions.tellUnknown(settings.deflate(), server.hub(), surroundings);
      guard.describe(
          server.url(),
          options.network().isReachable() ? options.network().reach(server.url()) : null,
          surroundings);
      collectNow();
      while (!surroundings.interruption().await(HEALTH_CHECK)) {
        if (!server.gateway().isAlive()) {
          surroundings.say(
              "tocsin: a thread that serves connections has ended and cannot be had back; the log"
                  + " is safe: start the server again");
          server.abandon();
          return Main.BROKEN_DOWN;
        }
        if (!server.hub().log().isAlive()) {
          surroundings.say(
              "tocsin: " + server.hub().log().state().fault().orElse("the log is gone"));
          return Main.BROKEN_DOWN;
        }
      }
      surroundings.say("stopping");
    } finally {
      server.stop(STOP_LIMIT);
    }
    return 0;
  }

  /// Has the first garbage collection while hardly anybody waits for the server. It is the longest: all that the
  /// start leaves is moved, and the collector's code and data are touched for the first time.
  @SuppressWarnings("CallToSystemGC") // ADR 15
  private static void collectNow() {
    System.gc();
  }

  private void describe(TocsinServer server, EventCatalog catalog, Hooks hooks) {
    surroundings.say(
        String.format(
            Locale.ROOT,
            "tocsin %s: at most %,d connections, %s, %d event types, log %s",
            BuildVersion.number(),
            server.gateway().maxConnections(),
            server.gateway().transport(),
            catalog.allEventTypes().size(),
            options.log().description()));
    for (Hooks.Place place : hooks.places()) {
      surroundings.say("bridge at " + server.url() + place.path());
    }
  }
}
