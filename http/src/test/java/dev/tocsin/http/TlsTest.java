package dev.tocsin.http;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.NoErrorsLogged;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.TestCertificate;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A port that speaks TLS, with BoringSSL; [JdkTlsTest] has the other engine, [IoUringTlsTest] another way to the kernel.
@ExtendWith(NoErrorsLogged.class)
class TlsTest {

  private static final TestCertificate AUTHORITY = TestCertificate.authority("authority");
  private static final TestCertificate CLIENTS = TestCertificate.authority("clients");

  /// What the server's clock is ahead of the machine's.
  private final AtomicLong aheadNanos = new AtomicLong();

  @TempDir Path folder;

  private TlsFiles files;
  private Tls tls;
  private HttpServer server;

  SslProvider provider() {
    assumeTrue(OpenSsl.isAvailable(), "BoringSSL is not on the class path");
    return SslProvider.OPENSSL_REFCNT;
  }

  Transport transport() {
    return Transport.AUTO;
  }

  @BeforeEach
  void start() throws Exception {
    AUTHORITY.issue("server").write(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    CLIENTS.write(folder.resolve("ca.pem"), folder.resolve("ca-key.pem"));
    files =
        new TlsFiles(
            folder.resolve("cert.pem"), folder.resolve("key.pem"), folder.resolve("ca.pem"));
    tls = Tls.open(files, InstantSource.system(), provider());
    server =
        HttpServer.start(
            new HttpSettings(
                "127.0.0.1",
                0,
                new BrowserRules(Set.of(), Set.of(), true),
                transport(),
                1,
                AddressRules.NONE,
                files),
            InstantSource.system(),
            () -> System.nanoTime() + aheadNanos.get(),
            () -> 100,
            context -> connections -> TlsTest::routes,
            tls);
  }

  @AfterEach
  void stop() {
    server.stop(Duration.ZERO);
  }

  private static Routes routes() {
    return new Routes(
        List.of(
            Route.get("/who", Right.NONE, TlsTest::who),
            Route.get("/large", Right.NONE, request -> request.answer(text("x".repeat(3_000_000)))),
            Route.post(
                "/echo",
                Right.NONE,
                request ->
                    new BodyExchange(request.connection()) {
                      @Override
                      protected void complete(byte[] body) {
                        respond(text(new String(body, StandardCharsets.UTF_8)));
                      }
                    })),
        Doorkeeper.NONE,
        List.of(),
        (word, names) -> Optional.empty());
  }

  private static Exchange who(Request request) {
    X509Certificate certificate = request.connection().peerCertificate();
    return request.answer(
        text(
            request.connection().isSecure()
                + " "
                + (certificate == null
                    ? "nobody"
                    : certificate.getSubjectX500Principal().getName())));
  }

  private static Response text(String text) {
    return new Response(
        HttpResponseStatus.OK, "text/plain", text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private int port() {
    return server.address().getPort();
  }

  private RawClient client() {
    return client(AUTHORITY.clientContext(null));
  }

  private RawClient client(SSLContext context, String... protocols) {
    try {
      SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port());
      socket.setSoTimeout(RawClient.DEADLINE_MILLIS);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
      if (protocols.length > 0) {
        parameters.setProtocols(protocols);
      }
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return RawClient.over(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String body(HttpAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private void awaitConnections(int count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (server.context().openConnections() != count) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void answersRequestsOneAfterAnother(String protocol) {
    try (RawClient client = client(AUTHORITY.clientContext(null), protocol)) {
      SSLSocket socket = (SSLSocket) client.socket();
      assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
      assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
      for (int i = 0; i < 3; i++) {
        assertThat(body(client.ask(get("/who")))).isEqualTo("true nobody");
      }
      String large = "y".repeat(60_000);
      assertThat(body(client.ask(post("/echo", large)))).isEqualTo(large);
      assertThat(client.ask(get("/large")).body()).hasSize(3_000_000);
    }
    assertThat(tls.figures()).isEqualTo(new TlsFigures(1, 0));
  }

  /// It sends what is encrypted sooner ([Transport#forTls]).
  @Test
  void takesEpollWhereAnyTransportWillDo() {
    assertThat(Transport.AUTO.forTls()).isEqualTo(Transport.withoutIoUring());
    assertThat(Transport.IO_URING.forTls()).isEqualTo(Transport.IO_URING);
    assertThat(server.transport()).isEqualTo(transport().forTls().toString());
  }

  @Test
  void answersPipelinedRequestsThatCameWithTheHandshakesEnd() {
    try (RawClient client = client()) {
      client.send(get("/who").repeat(100));
      for (int i = 0; i < 100; i++) {
        assertThat(client.answer().status()).isEqualTo(200);
      }
    }
  }

  /// A ClientHello that knows TLS 1.1 at the most.
  @Test
  void refusesOldVersions() throws Exception {
    byte[] hello =
        HexFormat.of()
            .parseHex(
                "160301002f"
                    + "0100002b"
                    + "0302"
                    + "ab".repeat(32)
                    + "00"
                    + "0004c013c009"
                    + "0100");
    try (RawClient client = RawClient.to(port())) {
      client.send(hello);
      byte[] alert = client.bytes(7);
      assertThat(alert[0]).isEqualTo((byte) 21);
      assertThat(alert[6]).isEqualTo((byte) 70); // protocol_version
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(tls.figures().failedHandshakes()).isEqualTo(1);
  }

  @Test
  void refusesCiphersWithoutAKeyThatIsUsedOnce() {
    SSLContext context = AUTHORITY.clientContext(null);
    assertThatThrownBy(
            () -> {
              SSLSocket socket =
                  (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port());
              socket.setEnabledProtocols(new String[] {"TLSv1.2"});
              socket.setEnabledCipherSuites(
                  new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"});
              socket.startHandshake();
            })
        .isInstanceOf(SSLException.class);
  }

  @Test
  void refusesToBeginAnotherHandshakeOnTheSameConnection() throws Exception {
    try (RawClient client = client(AUTHORITY.clientContext(null), "TLSv1.2")) {
      assertThat(client.ask(get("/who")).status()).isEqualTo(200);
      SSLSocket socket = (SSLSocket) client.socket();
      socket.getSession().invalidate();
      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                client.ask(get("/who"));
              })
          .isInstanceOfAny(IOException.class, UncheckedIOException.class);
    }
    assertThat(tls.figures().handshakes()).isEqualTo(1);
  }

  /// Who resumes a session does not look at the server's certificate again.
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void resumesSessions(String protocol) {
    AtomicInteger looks = new AtomicInteger();
    SSLContext context =
        TestCertificate.clientContext(CLIENTS.issue("front-desk"), new Counting(looks));
    for (int i = 0; i < 3; i++) {
      try (RawClient client = client(context, protocol)) {
        // TLS 1.3 hands the ticket out after the handshake.
        assertThat(body(client.ask(get("/who")))).isEqualTo("true CN=front-desk");
      }
    }
    assertThat(looks).hasValue(1);
  }

  private record Counting(AtomicInteger looks) implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      looks.incrementAndGet();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /echo HTTP/1.1\r\n", "P"})
  void tellsWhoSpeaksHttpThatThisPortDoesNot(String request) {
    try (RawClient client = RawClient.to(port())) {
      HttpAnswer answer = client.ask(request);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
      assertThat(body(answer)).contains("\"error\":\"invalid_message\"").contains("https://");
      client.finishSending();
      assertThat(client.isClosed()).isTrue();
    }
    awaitConnections(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "8080010301", "ff", "150301000201"})
  void cutsOffWhatIsNeither(String hex) {
    try (RawClient client = RawClient.to(port())) {
      client.send(HexFormat.of().parseHex(hex));
      assertThat(client.isClosed()).isTrue();
    }
    awaitConnections(0);
    assertThat(tls.figures()).isEqualTo(new TlsFigures(0, 1));
  }

  @Test
  void cutsOffGarbageThatBeginsAsTlsDoes() {
    try (RawClient client = RawClient.to(port())) {
      client.send(HexFormat.of().parseHex("160301000a" + "ff".repeat(10)));
      client.rest();
    } catch (UncheckedIOException e) {
      assertThat(e).hasRootCauseInstanceOf(SocketException.class);
    }
    awaitConnections(0);
  }

  /// The first ten seconds are for the handshake and the first request together.
  @ParameterizedTest
  @ValueSource(strings = {"", "16", "1603010100", "160301002f0100002b0302"})
  void closesWhoDoesNotFinishTheHandshake(String hex) {
    try (RawClient client = RawClient.to(port())) {
      client.send(HexFormat.of().parseHex(hex));
      awaitConnections(1);
      LockSupport.parkNanos(50_000_000);
      pass(9);
      assertThat(server.context().openConnections()).isEqualTo(1);
      pass(3);
      awaitConnections(0);
      assertThat(client.isClosed()).isTrue();
    }
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      aheadNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      server.tick();
    }
  }

  @Test
  void knowsTheVerifiedCertificateOfAClient() {
    try (RawClient client = client(AUTHORITY.clientContext(CLIENTS.issue("front-desk")))) {
      assertThat(body(client.ask(get("/who")))).isEqualTo("true CN=front-desk");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"expired", "self-signed", "of another authority"})
  void refusesACertificateThatDoesNotVerify(String kind) {
    TestCertificate shown =
        switch (kind) {
          case "expired" -> CLIENTS.issue("old", "EC", Instant.now().minus(Duration.ofMinutes(1)));
          case "self-signed" -> TestCertificate.selfSigned("clients");
          default -> TestCertificate.authority("clients").issue("stranger");
        };
    SSLContext context = AUTHORITY.clientContext(shown);
    assertThatThrownBy(
            () -> {
              // With TLS 1.3 the client learns it after its own part of the handshake.
              try (RawClient client = client(context)) {
                client.ask(get("/who"));
              }
            })
        .isInstanceOf(UncheckedIOException.class);
    awaitConnections(0);
    assertThat(tls.figures().failedHandshakes()).isEqualTo(1);
  }

  /// A client tells by it that nothing was cut off.
  @Test
  void saysInTlsThatTheConnectionEnds() {
    try (RawClient client = client()) {
      assertThat(client.ask(get("/who", "Connection: close")).status()).isEqualTo(200);
      assertThat(client.rest()).isEmpty();
    }
    awaitConnections(0);
  }

  @Test
  void answersARefusedBodyBeforeTheConnectionEnds() {
    try (RawClient client = client()) {
      HttpAnswer answer = client.ask(post("/echo", "z".repeat(200_000)));
      assertThat(answer.status()).isEqualTo(413);
      assertThat(client.rest()).isEmpty();
    }
    awaitConnections(0);
  }

  /// More than the kernels hold: who is cut off meanwhile hears of it, and the answer may be lost. The server reads on for two
  /// seconds; on a machine that could not send so much in them, the client tries again.
  @Test
  void readsOnAfterItsLastWord() {
    for (int attempt = 0; !isHeardToTheEnd(); attempt++) {
      assertThat(attempt).as("attempts").isLessThan(10);
    }
    awaitConnections(0);
  }

  /// Whether the client could send all of it; `false` if it was slower than the server is patient.
  private boolean isHeardToTheEnd() {
    long answered = 0;
    try (RawClient client = client()) {
      HttpAnswer answer =
          client.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16000000\r\n\r\n");
      assertThat(answer.status()).isEqualTo(413);
      answered = System.nanoTime();
      for (int sent = 0; sent < 15_000_000; sent += 100_000) {
        client.send("z".repeat(100_000));
      }
      assertThat(client.rest()).isEmpty();
      return true;
    } catch (UncheckedIOException e) {
      if (answered == 0) {
        throw e;
      }
      assertThat(Duration.ofNanos(System.nanoTime() - answered))
          .as("cut off after")
          .isGreaterThan(Duration.ofMillis(HttpLimits.LINGER_MILLIS * 9 / 10));
      return false;
    }
  }

  @Test
  void isDoneWithAClientThatEndsInTls() {
    try (RawClient client = client()) {
      assertThat(client.ask(get("/who")).status()).isEqualTo(200);
      client.finishSending();
      assertThat(client.isClosed()).isTrue();
    }
    awaitConnections(0);
  }

  @Test
  void isDoneWithAClientThatIsGoneWithoutAWord() throws Exception {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port())) {
      SSLSocket socket =
          (SSLSocket)
              AUTHORITY
                  .clientContext(null)
                  .getSocketFactory()
                  .createSocket(plain, "localhost", port(), false);
      socket.startHandshake();
      awaitConnections(1);
      plain.shutdownOutput();
      awaitConnections(0);
    }
  }

  @Test
  void givesNewConnectionsTheNewCertificateAndKeepsTheOldConnections() {
    try (RawClient before = client()) {
      assertThat(before.ask(get("/who")).status()).isEqualTo(200);
      AUTHORITY
          .issue("server two", "RSA", Instant.now().plus(Duration.ofDays(1)))
          .write(files.certificate(), files.key());
      tls.look();
      for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
        try (RawClient after = client(AUTHORITY.clientContext(null), protocol)) {
          assertThat(serverName(after)).isEqualTo("CN=server two");
          assertThat(after.ask(get("/who")).status()).isEqualTo(200);
        }
      }
      assertThat(serverName(before)).isEqualTo("CN=server");
      assertThat(before.ask(get("/who")).status()).isEqualTo(200);
    }
  }

  private static String serverName(RawClient client) {
    try {
      return ((X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    } catch (SSLException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void doesNotTakeAPageThatCameWithoutTlsForItsOwn() {
    try (RawClient client = client()) {
      String host = "localhost:" + port();
      String own = "GET /who HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://" + host;
      assertThat(client.ask(own + "\r\n\r\n").status()).isEqualTo(200);
      assertThat(client.ask(own.replace("https", "http") + "\r\n\r\n").status()).isEqualTo(403);
    }
  }
}
