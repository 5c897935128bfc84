package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.tocsin.hub.ManualClock;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against a server with TLS, whose key and certificate are made for the test.
@Timeout(60)
class KeySetTlsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private static Path folder;
  private static SSLContext tls;
  private static HttpsServer server;
  private static HttpServer plain;

  private final ManualClock clock = new ManualClock();

  @BeforeAll
  static void begin() throws Exception {
    Path store = folder.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(keytool.waitFor()).isZero();
    tls = context(store);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    plain = HttpServer.create(address, 0);
    answers(server, "/keys");
    answers(plain, "/keys");
    redirects("/once", "/keys");
    redirects("/twice", "/once");
    redirects("/three", "/twice");
    redirects("/four", "/three");
    redirects("/round", "/round");
    redirects("/down", "http://127.0.0.1:" + plain.getAddress().getPort() + "/keys");
    server.start();
    plain.start();
  }

  private static SSLContext context(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void answers(HttpServer server, String path) {
    byte[] body = SignedTokens.set(SignedTokens.edwards("")).getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
  }

  private static void redirects(String path, String to) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            exchange.getResponseHeaders().set("Location", to);
            exchange.sendResponseHeaders(302, -1);
          }
        });
  }

  @AfterAll
  static void end() {
    server.stop(0);
    plain.stop(0);
  }

  /// What is told of a fetch; `null` when it was good.
  private String faultOf(String path, SSLContext context) throws Exception {
    HttpClient client =
        HttpClient.newBuilder()
            .sslContext(context)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(30))
            .build();
    URI url = URI.create("https://127.0.0.1:" + server.getAddress().getPort() + path);
    try (KeySetUrl source = new KeySetUrl(url, client, clock, Duration.ofSeconds(30))) {
      source.look();
      source.first().join();
      assertThat(source.keys() != null).isEqualTo(source.fault() == null);
      return source.fault();
    }
  }

  @Test
  void isFetchedOverTls() throws Exception {
    assertThat(faultOf("/keys", tls)).isNull();
    assertThat(faultOf("/keys", SSLContext.getDefault()))
        .isEqualTo("cannot be reached over TLS, or its certificate is not trusted");
  }

  @Test
  void redirectsAreFollowedWithinHttpsSomeTimes() throws Exception {
    assertThat(faultOf("/once", tls)).isNull();
    assertThat(faultOf("/three", tls)).isNull();
    assertThat(faultOf("/four", tls)).isEqualTo("redirects more than 3 times");
    assertThat(faultOf("/round", tls)).isEqualTo("redirects more than 3 times");
    assertThat(faultOf("/down", tls))
        .isEqualTo("redirects, which is followed from https to https only");
  }
}
