package dev.tocsin.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the commands have their credential from, and whom they show it. A stand-in takes the server's place: it writes
/// down what it is shown, and says no.
class CredentialOptionsTest {

  private static final String KEY = "tocsin_abcdefghjk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private final List<String> shown = new CopyOnWriteArrayList<>();
  private final TestProcess process = new TestProcess();
  private HttpServer server;
  private int status = 401;

  @TempDir private Path folder;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String header = exchange.getRequestHeaders().getFirst("Authorization");
          shown.add(header == null ? "nothing" : header);
          byte[] body =
              (status == 401
                      ? "{\"error\":\"unauthenticated\",\"detail\":\"Who are you?\"}"
                      : "{\"error\":\"forbidden\",\"detail\":\"Not you\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private Path keyFile(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"stats --once", "tail", "tail --last 5", "publish camera.enabled --payload {}"})
  void theKeyOfTheEnvironmentIsShown(String command) {
    int code = process.with("TOCSIN_KEY", KEY).run((command + " --url " + url()).split(" ", -1));

    assertThat(code).isEqualTo(1);
    assertThat(shown).isNotEmpty().containsOnly("Bearer " + KEY);
    assertThat(process.err())
        .contains("Who are you?", "--key FILE")
        .doesNotContain(KEY, "is a server running there");
  }

  @Test
  void theFirstLineOfAFileIsShown() throws Exception {
    Path file = keyFile(" " + KEY + " \nanother line\n");

    assertThat(process.run("stats", "--url", url(), "--key", file.toString())).isEqualTo(1);

    assertThat(shown).containsExactly("Bearer " + KEY);
    assertThat(process.err()).doesNotContain("warning", KEY);
  }

  @Test
  void theFileCountsBeforeTheEnvironment() throws Exception {
    Path file = keyFile(KEY);

    process.with("TOCSIN_KEY", "other").run("stats", "--url", url(), "--key", file.toString());

    assertThat(shown).containsExactly("Bearer " + KEY);
  }

  @Test
  void aFileThatOthersCanReadIsWarnedOf() throws Exception {
    Path file = keyFile(KEY);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

    process.run("stats", "--url", url(), "--key", file.toString());

    assertThat(process.err()).contains("warning: others can read the key in " + file, "chmod 600");
  }

  @Test
  void aPersonIsAskedWithoutEcho() {
    process.typing(KEY).run("stats", "--url", url(), "--key", "-");

    assertThat(shown).containsExactly("Bearer " + KEY);
    assertThat(process.err()).contains("key: ").doesNotContain(KEY);
  }

  @Test
  void whereThereIsNoTerminalNobodyIsAsked() {
    assertThat(process.run("stats", "--url", url(), "--key", "-")).isEqualTo(1);

    assertThat(process.err()).contains("there is none; name a file instead");
    assertThat(shown).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {KEY, "tocsin_a_b", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"})
  void aKeyOnTheCommandLineIsRefusedAndNotRepeated(String key) {
    assertThat(process.run("tail", "--url", url(), "--key", key)).isEqualTo(2);

    assertThat(process.err()).contains("the process list shows it", "leaked").doesNotContain(key);
    assertThat(shown).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'', it is empty", "'two words', one word without blanks"})
  void whatIsNoKeyIsToldWithoutIt(String text, String says) throws Exception {
    Path file = keyFile(text);

    assertThat(process.run("stats", "--url", url(), "--key", file.toString())).isEqualTo(1);

    assertThat(process.err()).contains("the first line of " + file + " is no key", says);
    assertThat(shown).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    assertThat(process.run("stats", "--key", folder.resolve("none").toString())).isEqualTo(1);

    assertThat(process.err()).contains("--key: there is no file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://x:secret@127.0.0.1:1",
        "http://secret@127.0.0.1:1",
        "http://127.0.0.1:1/?token=secret",
        "127.0.0.1:1?ticket=secret",
        "http://se cret:secret@127.0.0.1"
      })
  void aKeyInAnAddressIsRefusedAndNotRepeated(String url) {
    assertThat(process.run("tail", "--url", url)).isEqualTo(2);

    assertThat(process.err()).startsWith("tocsin: --url").doesNotContain("secret");
  }

  @Test
  void whatIsForbiddenIsExitCode1WithASentence() {
    status = 403;

    assertThat(process.with("TOCSIN_KEY", KEY).run("tail", "--url", url())).isEqualTo(1);

    assertThat(process.err()).contains("Not you", "whoever runs the server can allow it");
  }

  @Test
  void aFileOfCertificatesThatIsNoneIsTold() throws Exception {
    Path none = Files.writeString(folder.resolve("ca.pem"), "nothing");

    assertThat(process.run("tail", "--url", url(), "--ca", none.toString())).isEqualTo(1);

    assertThat(process.err()).contains("--ca: " + none + " holds no certificate");
  }

  @Test
  void aPlainServerAtAnAddressForTlsIsNamed() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerInPlain(plain));

      assertThat(process.run("stats", "--url", "https://127.0.0.1:" + plain.getLocalPort()))
          .isEqualTo(1);
    }

    assertThat(process.err())
        .contains("does not speak TLS")
        .doesNotContain("is a server running there");
  }

  /// Answers every connection: Java's client may take a failed handshake for a connection that was
  /// cut, and try once more.
  private static void answerInPlain(ServerSocket plain) {
    while (!plain.isClosed()) {
      try (Socket socket = plain.accept()) {
        // Like any server it hears first what is wanted. If it spoke first, the client could be in
        // the middle of its own first words, and find its connection closed by itself.
        if (socket.getInputStream().read() >= 0) {
          socket.getOutputStream().write("HTTP/1.1 400 No\r\n\r\n".getBytes(US_ASCII));
        }
        socket.getInputStream().readAllBytes();
      } catch (IOException e) {
        // this connection has ended, or the test
      }
    }
  }
}
