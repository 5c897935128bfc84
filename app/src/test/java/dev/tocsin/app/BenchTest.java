package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What `bench` says, against a real server, against others, and against none.
class BenchTest extends AtTheBench {

  @Test
  void showsATable() {
    assertThat(bench.run(args(url, "--pid " + ProcessHandle.current().pid()))).isZero();

    assertThat(bench.out())
        .contains("connections", "published", "delivered", "latency p99.9", "driver CPU")
        .contains("0 lost, 0 gaps, 0 twice, 0 out of order")
        .containsPattern("server CPU +\\d+\\.\\d % +of a core, [\\d.]+ µs a delivery");
  }

  @Test
  void showsATerminalHowItGoes() {
    assertThat(bench.onTerminal().run(args(url, "--rate 20"))).isZero();

    assertThat(bench.err()).contains("\rwarming up").contains("measuring, ");
  }

  @Test
  void aServerOfItsOwnIsStartedAndEnded() {
    String[] args =
        "bench --memory --connections 5 --duration 1s --warm-up 1s --json".split(" ", -1);

    assertThat(bench.run(args)).as(bench.err()).isZero();

    assertThat(JsonMapper.shared().readTree(bench.out()).path("server_resident_bytes").asLong())
        .isPositive();
    assertThat(ProcessHandle.current().children().filter(BenchTest::isServer)).isEmpty();
  }

  @Test
  void whoInterruptsGetsWhatWasMeasuredAndTheServerEnds() throws Exception {
    bench
        .onTerminal()
        .start("bench", "--memory", "--connections", "5", "--warm-up", "1s", "--duration", "1h");
    bench.awaitErr(err -> err.contains("measuring, "));

    assertThat(bench.interrupt()).isEqualTo(1);

    assertThat(bench.out()).contains("delivered");
    assertThat(bench.err()).contains("interrupted: these are the figures until then");
    assertThat(ProcessHandle.current().children().filter(BenchTest::isServer)).isEmpty();
  }

  @Test
  void whoInterruptsBeforeAnythingWasMeasuredGetsNoFigures() throws Exception {
    bench.onTerminal().start("bench", "--memory", "--connections", "5", "--warm-up", "1h");
    bench.awaitErr(err -> err.contains("warming up, "));

    assertThat(bench.interrupt()).isEqualTo(1);

    assertThat(bench.out()).isEmpty();
    assertThat(bench.err()).contains("interrupted before anything was measured");
    assertThat(ProcessHandle.current().children().filter(BenchTest::isServer)).isEmpty();
  }

  @Test
  void saysWhenNobodyWantedWhatWasPublished() {
    assertThat(bench.run(args(url, "--patterns detecton.*"))).as(bench.err()).isZero();

    assertThat(bench.err())
        .contains("warning: nothing was to be delivered: no pattern matches detection.new");
  }

  private static boolean isServer(ProcessHandle process) {
    return process.info().commandLine().orElse("").contains(" serve ");
  }

  @Test
  void aRefusedEventIsAFailureWithTheServersReason() {
    assertThat(bench.run(args(url, "--type nope.nope"))).isEqualTo(1);
    assertThat(bench.err())
        .startsWith("tocsin: the server refuses the events: unknown_event_type: ")
        .contains("nope.nope");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--publish http", "--publish ndjson"})
  void soIsOneThatWasPosted(String how) {
    assertThat(bench.run(args(url, "--type nope.nope " + how))).isEqualTo(1);
    assertThat(bench.err()).contains("the server refuses the events: ").contains("nope.nope");
  }

  @Test
  void aBadPatternIsTheServersRefusal() {
    assertThat(bench.run(args(url, "--patterns alert.["))).isEqualTo(1);
    assertThat(bench.err()).contains("the server refuses a WebSocket: HTTP/1.1 400");
  }

  @Test
  void noServerIsAFailure() {
    assertThat(bench.run(args("127.0.0.1:1", ""))).isEqualTo(1);
    assertThat(bench.err()).startsWith("tocsin: connection refused").contains("server running");
  }

  @Test
  void tooManyConnectionsAreToldBefore() {
    assertThat(bench.run(args(url, "--connections 1000000"))).isEqualTo(1);
    assertThat(bench.err()).contains("too few file descriptors").contains("ulimit -n");
  }

  @Test
  void aServerThatGoesAwayIsAFailure() throws Exception {
    bench.onTerminal().start(args(url, "--duration 1h --rate 50"));
    bench.awaitErr(err -> err.contains("measuring, "));

    assertThat(server.interrupt()).isZero();

    assertThat(bench.exitCode()).isEqualTo(1);
    assertThat(bench.err()).containsAnyOf("all connections are gone", "publishing failed");
  }

  @Test
  void aConnectionThatIsCutIsTold() throws Exception {
    try (EchoThatCuts cutting = new EchoThatCuts(5)) {
      int code =
          bench.run(args(cutting.url(), "--connections 3 --peer-protocol echo --rate 50 --json"));

      assertThat(code).isEqualTo(1);
      assertThat(JsonMapper.shared().readTree(bench.out()).path("closed").asInt()).isEqualTo(1);
      assertThat(bench.err()).contains("warning: 1 of 3 connections were cut (the server cut");
    }
  }

  /// Sends every frame of a client to all, and cuts the first connection after some.
  private static final class EchoThatCuts implements AutoCloseable {

    private static final String HANDSHAKE =
        """
        HTTP/1.1 101 Switching Protocols
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=

        """;

    private final ServerSocket listening;
    private final List<Socket> sockets = new ArrayList<>();
    private int left;

    EchoThatCuts(int frames) throws IOException {
      listening = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
      left = frames;
      Thread.ofVirtual().start(this::accept);
    }

    String url() {
      return "127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          Socket socket = listening.accept();
          Thread.ofVirtual().start(() -> serve(socket));
        }
      } catch (IOException e) {
        // closed: the test is over
      }
    }

    private void serve(Socket socket) {
      try {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        while (!in.readLine().isEmpty()) {
          // the handshake
        }
        socket
            .getOutputStream()
            .write(HANDSHAKE.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        synchronized (sockets) {
          sockets.add(socket);
        }
        while (true) {
          sendToAll(frame(in));
        }
      } catch (IOException e) {
        // the client is gone
      }
    }

    /// Reads a masked frame with two bytes of length, and unmasks it.
    private static byte[] frame(BufferedReader in) throws IOException {
      int[] head = new int[8];
      for (int i = 0; i < head.length; i++) {
        head[i] = in.read();
        if (head[i] < 0) {
          throw new IOException("gone");
        }
      }
      int length = (head[2] << 8) | head[3];
      byte[] frame = new byte[4 + length];
      frame[0] = (byte) head[0];
      frame[1] = 126;
      frame[2] = (byte) head[2];
      frame[3] = (byte) head[3];
      for (int i = 0; i < length; i++) {
        frame[4 + i] = (byte) (in.read() ^ head[4 + (i & 3)]);
      }
      return frame;
    }

    private void sendToAll(byte[] frame) throws IOException {
      synchronized (sockets) {
        if (--left == 0) {
          sockets.removeFirst().close();
        }
        for (Socket socket : sockets) {
          socket.getOutputStream().write(frame);
        }
      }
    }

    @Override
    public void close() {
      try {
        listening.close();
        synchronized (sockets) {
          for (Socket socket : sockets) {
            socket.close();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
