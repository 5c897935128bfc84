package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `serve` with TLS, as a user meets it.
class TlsCommandsTest {

  @TempDir static Path folder;

  private static Path certificate;
  private static Path key;
  private static Certificate own;

  @BeforeAll
  static void makeCertificate() throws Exception {
    Path store = folder.resolve("store.p12");
    String[] keytool = {
      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
      "-genkeypair",
      "-alias",
      "own",
      "-keyalg",
      "EC",
      "-dname",
      "CN=localhost",
      "-ext",
      "san=dns:localhost,ip:127.0.0.1",
      "-validity",
      "2",
      "-keystore",
      store.toString(),
      "-storetype",
      "PKCS12",
      "-storepass",
      "secret"
    };
    assertThat(new ProcessBuilder(keytool).redirectErrorStream(true).start().waitFor()).isZero();
    char[] password = "secret".toCharArray();
    KeyStore made = KeyStore.getInstance(store.toFile(), password);
    own = made.getCertificate("own");
    certificate = write("cert.pem", "CERTIFICATE", own.getEncoded());
    key = write("key.pem", "PRIVATE KEY", made.getKey("own", password).getEncoded());
  }

  private static Path write(String name, String label, byte[] der) throws Exception {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
  }

  private static SSLContext trust() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("own", own);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  @Test
  void saysHttpsInItsFirstLineAndSpeaksIt() throws Exception {
    TestProcess server = new TestProcess();
    String url = server.start(serve(certificate, key)).url();
    assertThat(url).matches("https://127\\.0\\.0\\.1:\\d+");
    try (HttpClient http = HttpClient.newBuilder().sslContext(trust()).build()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/healthz")).build();
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
    assertThat(server.interrupt()).isZero();
  }

  @Test
  void endsWithASentenceWhenTheKeyIsOfAnother() throws Exception {
    TestProcess server = new TestProcess();
    assertThat(server.run(serve(certificate, certificate))).isEqualTo(1);
    assertThat(server.err())
        .contains("the key " + certificate + " has no private key")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void endsWithASentenceWhenAFileIsNotThere() throws Exception {
    TestProcess server = new TestProcess();
    Path none = folder.resolve("none.pem");
    assertThat(server.run(serve(none, key))).isEqualTo(1);
    assertThat(server.err())
        .contains("the certificate " + none + " cannot be read: there is no such file");
  }

  @ParameterizedTest
  @CsvSource({
    "--tls-cert, give --tls-key",
    "--tls-key, give --tls-cert",
    "--tls-client-ca, --tls-client-ca needs TLS"
  })
  void oneOptionAloneIsWrongUse(String option, String says) {
    TestProcess server = new TestProcess();
    assertThat(server.run("serve", "--memory", "--port", "0", option, certificate.toString()))
        .isEqualTo(2);
    assertThat(server.err()).contains(says).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void handshakesThatAreMeasuredResumeASessionOnlyIfTheyAreToDoSo(boolean resuming)
      throws Exception {
    TestProcess server = new TestProcess();
    String url = server.start(serve(certificate, key)).url();

    JsonNode measured = handshakes(url, resuming ? "--resume" : "--at-once=8");

    assertThat(server.interrupt()).isZero();
    long all = measured.path("handshakes").asLong();
    assertThat(all).isPositive();
    // Those of the first that are opened at once know no session.
    assertThat(measured.path("resumed").asLong())
        .isBetween(resuming ? all - 8 : 0, resuming ? all : 0);
    assertThat(measured.path("server_micros_per_handshake").asDouble()).isPositive();
  }

  private static JsonNode handshakes(String url, String how) {
    TestProcess bench = new TestProcess();
    String pid = String.valueOf(ProcessHandle.current().pid());
    int code =
        bench.run(
            "bench",
            "handshakes",
            "--json",
            "--url",
            url,
            "--ca",
            certificate.toString(),
            "--pid",
            pid,
            "--duration",
            "1s",
            "--warm-up",
            "1s",
            how);
    assertThat(code).as(bench.err()).isZero();
    return JsonMapper.shared().readTree(bench.out());
  }

  @Test
  void handshakesWithAServerThatIsNotTrustedAreNotMeasured() throws Exception {
    TestProcess server = new TestProcess();
    String url = server.start(serve(certificate, key)).url();
    TestProcess bench = new TestProcess();

    int code = bench.run("bench", "handshakes", "--url", url);

    assertThat(server.interrupt()).isZero();
    assertThat(code).isEqualTo(1);
    assertThat(bench.err())
        .startsWith("tocsin: cannot reach " + url)
        .contains("signed by an authority that is not trusted here; if it is yours, add --ca FILE")
        .doesNotContain("\tat ", "Exception");
  }

  private static String[] serve(Path cert, Path privateKey) {
    return new String[] {
      "serve",
      "--memory",
      "--port",
      "0",
      "--tls-cert",
      cert.toString(),
      "--tls-key",
      privateKey.toString()
    };
  }
}
