package dev.tocsin.app;

import dev.tocsin.http.StartFailedException;
import dev.tocsin.websocket.EchoServer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Serves the frame path with an echo behind it until a signal comes.
@Command(
    name = "echo",
    description = {
      "Sends every WebSocket message back, on any path, until Ctrl-C or SIGTERM.",
      "",
      "Handshake, frames, compression and closing are those of serve; only the bounds are wider"
          + " (messages of 16 MiB, 65,536 fragments), so that a conformance suite can be pointed"
          + " at it. It listens on loopback only.",
      "The first line on stdout is 'listening on ws://127.0.0.1:PORT', once it does."
    },
    sortOptions = false)
final class BenchEcho implements Callable<Integer> {

  private final Surroundings surroundings;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port to listen on; 0 picks a free one (default: 9001).")
  private int port = 9001;

  BenchEcho(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    if (port < 0 || port > 65_535) {
      throw new WrongUse("there is no port " + port);
    }
    surroundings.interruption().listen();
    EchoServer server;
    try {
      server = EchoServer.start(port);
    } catch (StartFailedException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    surroundings.out().println("listening on ws://127.0.0.1:" + server.address().getPort());
    surroundings.out().flush();
    surroundings.interruption().await();
    server.stop();
    return 0;
  }
}
