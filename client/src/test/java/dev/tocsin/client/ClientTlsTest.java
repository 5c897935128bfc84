package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// TLS, with certificates made for it.
@Timeout(120)
class ClientTlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private static Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    make("good", "SAN=dns:localhost,ip:127.0.0.1", "-1d", "30");
    make("other", "SAN=dns:elsewhere.example", "-1d", "30");
    makeExpired();
  }

  /// Signed by the good one: what is trusted itself is not asked for its age.
  private static void makeExpired() throws Exception {
    make("expired", "SAN=dns:localhost,ip:127.0.0.1", "-1d", "30");
    String store = folder.resolve("expired.p12").toString();
    String request = folder.resolve("expired.csr").toString();
    String signed = folder.resolve("expired.crt").toString();
    keytool(
        "-certreq",
        "-alias",
        "server",
        "-keystore",
        store,
        "-storepass",
        "changeit",
        "-file",
        request);
    keytool(
        "-gencert",
        "-rfc",
        "-alias",
        "server",
        "-keystore",
        folder.resolve("good.p12").toString(),
        "-storepass",
        "changeit",
        "-infile",
        request,
        "-outfile",
        signed,
        "-startdate",
        "-10d",
        "-validity",
        "5",
        "-ext",
        "SAN=dns:localhost,ip:127.0.0.1");
    Path chain = folder.resolve("chain.pem");
    Files.writeString(
        chain, Files.readString(Path.of(signed)) + Files.readString(folder.resolve("good.pem")));
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "server",
        "-keystore",
        store,
        "-storepass",
        "changeit",
        "-file",
        chain.toString());
  }

  private static void make(String name, String san, String start, String days) throws Exception {
    String store = folder.resolve(name + ".p12").toString();
    keytool(
        "-genkeypair",
        "-alias",
        "server",
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        san,
        "-ext",
        "bc=ca:true",
        "-startdate",
        start,
        "-validity",
        days,
        "-storetype",
        "PKCS12",
        "-storepass",
        "changeit",
        "-keystore",
        store);
    keytool(
        "-exportcert",
        "-rfc",
        "-alias",
        "server",
        "-keystore",
        store,
        "-storepass",
        "changeit",
        "-file",
        folder.resolve(name + ".pem").toString());
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private TinyWebSocketServer server(String certificate) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(certificate + ".p12"))) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    TinyWebSocketServer server =
        new TinyWebSocketServer(
            context
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress()));
    open.add(server);
    return server;
  }

  private static URI secure(TinyWebSocketServer server) {
    return URI.create(server.uri().toString().replaceFirst("^ws", "wss"));
  }

  private CompletableFuture<Position> connect(ClientOptions options) {
    TocsinClient client = new TocsinClient(options);
    open.add(client);
    return client.connect();
  }

  private static ClientOptions trusting(String certificate, URI uri) throws IOException {
    return ClientOptions.of(uri)
        .withSsl(TrustedCertificates.of(folder.resolve(certificate + ".pem")));
  }

  /// Takes connections until the test ends: Java's client may take a failed handshake for a
  /// connection that was cut, and try once more.
  private static void acceptInBackground(TinyWebSocketServer server) {
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try {
              server.accept();
            } catch (IOException | RuntimeException e) {
              // what the client makes of it is what the tests look at
            }
          }
        });
  }

  private static void answerInPlain(ServerSocket plain) {
    while (!plain.isClosed()) {
      try (Socket socket = plain.accept()) {
        // Like any server it hears first what is wanted. If it spoke first, the client could be in
        // the middle of its own first words, and find its connection closed by itself.
        if (socket.getInputStream().read() >= 0) {
          socket
              .getOutputStream()
              .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        }
        socket.getInputStream().readAllBytes();
      } catch (IOException e) {
        // this connection has ended, or the test
      }
    }
  }

  private static ConnectFailedException failureOf(CompletableFuture<Position> connecting) {
    List<ConnectFailedException> failures = new ArrayList<>();
    assertThatThrownBy(connecting::get)
        .cause()
        .isInstanceOfSatisfying(ConnectFailedException.class, failures::add);
    return failures.getFirst();
  }

  @Test
  void aServerWhoseCertificateIsTrustedIsTalkedTo() throws Exception {
    TinyWebSocketServer server = server("good");
    CompletableFuture<Position> connecting = connect(trusting("good", secure(server)));

    server.accept().established("e1", 4);

    assertThat(connecting.get()).isEqualTo(new Position("e1", 4));
  }

  @Test
  void severalCertificatesStandInOneFile() throws Exception {
    Path both = folder.resolve("both.pem");
    Files.writeString(
        both,
        "the other one\n"
            + Files.readString(folder.resolve("other.pem"))
            + Files.readString(folder.resolve("good.pem")));
    TinyWebSocketServer server = server("good");
    CompletableFuture<Position> connecting =
        connect(ClientOptions.of(secure(server)).withSsl(TrustedCertificates.of(both)));

    server.accept().established("e1", 4);

    assertThat(connecting.get()).isEqualTo(new Position("e1", 4));
  }

  @Test
  void anUnknownAuthorityIsASentenceThatSaysWhatToDo() throws Exception {
    TinyWebSocketServer server = server("good");
    acceptInBackground(server);

    ConnectFailedException failure = failureOf(connect(ClientOptions.of(secure(server))));

    assertThat(failure).hasMessageContaining("not trusted here").hasMessageContaining("--ca FILE");
    assertThat(failure.kind()).isEqualTo(ConnectFailedException.Kind.UNTRUSTED);
  }

  /// As where Java was installed without the authorities of the system.
  @Test
  void aJavaThatTrustsNobodyIsASentenceThatSaysWhatToDo() throws Exception {
    TinyWebSocketServer server = server("good");
    acceptInBackground(server);
    KeyStore empty = KeyStore.getInstance(KeyStore.getDefaultType());
    empty.load(null, null);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(empty);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);

    ConnectFailedException failure =
        failureOf(connect(ClientOptions.of(secure(server)).withSsl(context)));

    assertThat(failure)
        .hasMessageContaining("this Java trusts no authority at all")
        .hasMessageContaining("--ca FILE");
    assertThat(failure.kind()).isEqualTo(ConnectFailedException.Kind.UNTRUSTED);
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws Exception {
    TinyWebSocketServer server = server("other");
    acceptInBackground(server);

    assertThat(failureOf(connect(trusting("other", secure(server)))))
        .hasMessageContaining("its certificate is for another host name");
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    TinyWebSocketServer server = server("expired");
    acceptInBackground(server);

    assertThat(failureOf(connect(trusting("good", secure(server)))))
        .hasMessageContaining("its certificate has expired");
  }

  @Test
  void aPlainServerAtAnAddressForTlsIsNamed() throws Exception {
    ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    open.add(plain);
    Thread.ofVirtual().start(() -> answerInPlain(plain));

    assertThat(
            failureOf(
                connect(ClientOptions.of(URI.create("wss://127.0.0.1:" + plain.getLocalPort())))))
        .hasMessageContaining("does not speak TLS");
  }

  @Test
  void aTlsServerAtAPlainAddressIsNamed() throws Exception {
    TinyWebSocketServer server = server("good");
    acceptInBackground(server);

    assertThat(failureOf(connect(ClientOptions.of(server.uri()))))
        .hasMessageContaining("https:// or wss://");
  }

  @Test
  void aFileOfCertificatesThatIsNoneIsASentence() throws Exception {
    Path none = Files.writeString(folder.resolve("none.pem"), "nothing here\n");

    assertThatThrownBy(() -> TrustedCertificates.of(none)).hasMessageContaining("no certificate");
    assertThatThrownBy(() -> TrustedCertificates.of(folder.resolve("absent.pem")))
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> TrustedCertificates.of(folder)).hasMessageContaining("is a folder");
  }
}
