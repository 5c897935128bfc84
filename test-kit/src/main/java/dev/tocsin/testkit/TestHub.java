package dev.tocsin.testkit;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.http.Transport;
import dev.tocsin.server.ServerBuilder;
import dev.tocsin.server.TocsinServer;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The hub of one test, and what belongs to it. Owned by the thread of the test.
final class TestHub implements AutoCloseable {

  /// How long the end of a test waits for what is still connected.
  private static final Duration STOP_LIMIT = Duration.ofMillis(500);

  private final TestClock clock = new TestClock();
  private final TocsinServer server;
  private final HeardEvents heard;
  private @Nullable TocsinClient client;

  private TestHub(ServerBuilder builder, Duration patience) {
    this.server = builder.clock(clock).start();
    this.heard = new HeardEvents(server, patience);
  }

  /// Starts one: on a free port, in memory, with one loop, on the JDK's own sockets, which take no native code.
  ///
  /// @param wish what else it is like
  static TestHub start(UnaryOperator<ServerBuilder> wish, Duration patience) {
    ServerBuilder usual =
        TocsinServer.builder().port(0).transport(Transport.NIO).loops(1).console(false);
    return new TestHub(wish.apply(usual), patience);
  }

  TocsinServer server() {
    return server;
  }

  TestClock clock() {
    return clock;
  }

  HeardEvents heard() {
    return heard;
  }

  /// A client of it, connected when it is first asked for.
  TocsinClient client() {
    TocsinClient known = client;
    if (known == null) {
      known = new TocsinClient(ClientOptions.of(server.uri()).withCatalog(server.catalog()));
      client = known;
      known.connect().join();
    }
    return known;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    server.stop(STOP_LIMIT);
  }
}
