package dev.tocsin.bridges.out.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Posting to servers that behave as badly as one can, over raw sockets.
@Timeout(120)
class HttpLineTest {

  private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<Socket> open = new ArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private @Nullable ServerSocket server;

  /// What a server does with a connection.
  @FunctionalInterface
  private interface Behaviour {
    void with(Socket socket) throws Exception;
  }

  @BeforeEach
  void listen() throws Exception {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    synchronized (open) {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private void serve(Behaviour behaviour) {
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              Socket socket = server.accept();
              connections.incrementAndGet();
              synchronized (open) {
                open.add(socket);
              }
              Thread.ofVirtual()
                  .start(() -> {
                    try {
                      behaviour.with(socket);
                    } catch (Exception e) {
                      // The test is over, or the client has gone.
                      return;
                    }
                  });
            }
          } catch (IOException e) {
            // The test is over.
            return;
          }
        });
  }

  private HttpLine line(Duration timeout) {
    return new HttpLine(
        new ReceiverAddress(false, "example.test", server.getLocalPort(), "/in", true),
        null,
        timeout,
        host -> new InetAddress[] {InetAddress.getLoopbackAddress()});
  }

  /// Reads one request.
  ///
  /// @return its head
  private static String request(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed");
      }
      head.append((char) b);
    }
    String text = head.toString();
    int at = text.indexOf("Content-Length: ") + 16;
    in.readNBytes(Integer.parseInt(text.substring(at, text.indexOf('\r', at))));
    return text;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  @Test
  void connectionIsUsedForOneRequestAfterTheOther() throws Exception {
    List<String> heads = new ArrayList<>();
    serve(socket -> {
      while (true) {
        heads.add(request(socket));
        say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
    });
    try (HttpLine line = line(LONG)) {
      for (int i = 0; i < 3; i++) {
        assertThat(line.post(Map.of("X-A", "b"), BODY).body()).isEqualTo("ok");
      }
    }
    assertThat(connections).hasValue(1);
    assertThat(heads.getFirst())
        .startsWith("POST /in HTTP/1.1\r\nHost: example.test:" + server.getLocalPort() + "\r\n")
        .contains("\r\nX-A: b\r\n");
  }

  @SuppressWarnings("StringConcatToTextBlock") // every line break counts
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n"
            + "transfer-encoding: Chunked\r\n\r\n"
            + "1;a=b\r\n"
            + "o\r\n"
            + "1\r\n"
            + "k\r\n"
            + "0\r\n"
            + "X: y\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 103 Early\r\n"
            + "Link: x\r\n\r\n"
            + "HTTP/1.1 200 OK\r\n"
            + "content-length:2\r\n\r\n"
            + "ok",
        "HTTP/1.1 200\nContent-Length: 2\n\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\nok",
      })
  void answersAreReadInEachOfTheirForms(String answer) throws Exception {
    serve(socket -> {
      while (true) {
        request(socket);
        say(socket, answer);
      }
    });
    try (HttpLine line = line(LONG)) {
      for (int i = 0; i < 2; i++) {
        HttpAnswer read = line.post(Map.of(), BODY);
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body()).isEqualTo("ok");
      }
    }
    assertThat(connections).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
      })
  void connectionThatCannotBeUsedAgainIsMadeAnew(String answer) throws Exception {
    serve(socket -> {
      request(socket);
      say(socket, answer);
      socket.close();
    });
    try (HttpLine line = line(LONG)) {
      for (int i = 0; i < 2; i++) {
        assertThat(line.post(Map.of(), BODY).status()).isEqualTo(200);
      }
    }
    assertThat(connections).hasValue(2);
  }

  @Test
  void connectionThatTheServerHasClosedMeanwhileIsMadeAnew() throws Exception {
    serve(socket -> {
      request(socket);
      say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      socket.close();
    });
    try (HttpLine line = line(LONG)) {
      for (int i = 0; i < 5; i++) {
        assertThat(line.post(Map.of(), BODY).status()).isEqualTo(200);
      }
    }
    assertThat(connections).hasValue(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 200 OK\r\nConte",
        "SSH-2.0-OpenSSH_9\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 099 Low\r\n\r\n",
      })
  void serverThatClosesInTheMiddleOrSpeaksAnotherLanguageIsAnError(String answer) {
    serve(socket -> {
      request(socket);
      say(socket, answer);
      socket.close();
    });
    try (HttpLine line = line(LONG)) {
      assertThatThrownBy(() -> line.post(Map.of(), BODY)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void headWithoutAnEndIsAnError() {
    serve(socket -> {
      request(socket);
      say(socket, "HTTP/1.1 200 OK\r\n");
      while (true) {
        say(socket, "X-Long: " + "x".repeat(1_000) + "\r\n");
      }
    });
    try (HttpLine line = line(LONG)) {
      assertThatThrownBy(() -> line.post(Map.of(), BODY))
          .hasMessageContaining("longer than " + AnswerReader.MAX_HEAD);
    }
  }

  @Test
  void bodyWithoutAnEndIsNotReadToItsEnd() throws Exception {
    serve(socket -> {
      request(socket);
      say(socket, "HTTP/1.1 200 OK\r\n\r\n");
      while (true) {
        say(socket, "y".repeat(1_000));
      }
    });
    try (HttpLine line = line(LONG)) {
      assertThat(line.post(Map.of(), BODY).body()).hasSize(AnswerReader.MAX_KEPT);
    }
  }

  @Test
  void slowServerIsLeftWhenTheTimeIsOver() {
    serve(socket -> {
      request(socket);
      while (true) {
        say(socket, "H");
        Thread.sleep(20);
      }
    });
    try (HttpLine line = line(Duration.ofMillis(300))) {
      assertThatThrownBy(() -> line.post(Map.of(), BODY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("within 0.3 s");
    }
  }

  @Test
  void serverThatReadsNothingIsLeftWhenTheTimeIsOver() {
    serve(socket -> Thread.sleep(60_000));
    try (HttpLine line = line(Duration.ofMillis(300))) {
      assertThatThrownBy(() -> line.post(Map.of(), new byte[64 << 20]))
          .hasMessageContaining("within 0.3 s");
    }
  }

  @Test
  void answerThatComesBeforeAllIsReadCounts() throws Exception {
    serve(socket -> {
      say(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
      socket.shutdownOutput();
      socket.getInputStream().readNBytes(1_000);
    });
    try (HttpLine line = line(LONG)) {
      assertThat(line.post(Map.of(), new byte[100_000]).status()).isEqualTo(413);
    }
  }

  @Test
  void closingEndsARequestAtOnce() throws Exception {
    CompletableFuture<Void> asked = new CompletableFuture<>();
    serve(socket -> {
      request(socket);
      asked.complete(null);
    });
    HttpLine line = line(LONG);
    CompletableFuture<Object> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            answer.complete(line.post(Map.of(), BODY));
          } catch (IOException e) {
            answer.complete(e);
          }
        });
    asked.get(30, TimeUnit.SECONDS);

    line.close();

    assertThat(answer.get(30, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> line.post(Map.of(), BODY)).hasMessageContaining("ends");
  }

  /// The name is looked up for each connection, and what was checked is what is connected to.
  @Test
  void nameThatTurnsPrivateIsNotConnectedTo() throws Exception {
    serve(socket -> {
      request(socket);
      say(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
      socket.close();
    });
    AtomicInteger asked = new AtomicInteger();
    ReceiverAddress address =
        new ReceiverAddress(false, "rebinding.test", server.getLocalPort(), "/", false);
    try (HttpLine line =
        new HttpLine(
            address,
            null,
            LONG,
            host -> {
              asked.incrementAndGet();
              return new InetAddress[] {InetAddress.getLoopbackAddress()};
            })) {
      assertThatThrownBy(() -> line.post(Map.of(), BODY))
          .hasMessageContaining("127.0.0.1, which is loopback");
    }
    assertThat(asked).hasValue(1);
    assertThat(connections).hasValue(0);
  }
}
