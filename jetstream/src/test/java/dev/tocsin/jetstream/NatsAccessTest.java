package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.NatsConfig;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a gateway is let in by NATS: with a password, with credentials, over TLS. What is secret is never told.
@Timeout(180)
class NatsAccessTest {

  @TempDir Path folder;

  @BeforeEach
  void forgetLogs() {
    RecordedLogs.take();
    RecordedLogs.takeInformation();
  }

  private static JetStreamEventLog open(TestSettings settings) throws JetStreamOpenException {
    return JetStreamEventLog.open(settings.build(), InstantSource.system());
  }

  private static void assertTakes(JetStreamEventLog log) {
    assertThat(Logs.await(log.append(SampleEvents.appends("a.a"))).getFirst())
        .isInstanceOf(AppendResult.Stored.class);
  }

  /// All that was said to anybody.
  private static String told(JetStreamEventLog log) {
    return log.figures() + " " + log.state() + logged();
  }

  private static String logged() {
    return String.join("\n", RecordedLogs.take())
        + String.join("\n", RecordedLogs.takeInformation());
  }

  /// What a failure says, with all its causes.
  private static String told(Throwable failure) {
    List<String> messages = new ArrayList<>();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      messages.add(t.toString());
    }
    return String.join("\n", messages) + logged();
  }

  // Passwords

  private NatsServers withPassword() {
    return NatsServers.start(
        1,
        folder,
        new NatsConfig("", "authorization { users: [ { user: gate, password: s3cr3t } ] }"));
  }

  private static TestSettings settings(NatsServers servers, String who) {
    return TestSettings.of(servers, "tocsin")
        .at(List.of(servers.url(0).replace("nats://", "nats://" + who + "@")));
  }

  @Test
  void aPasswordInTheAddressIsNeverTold() throws Exception {
    try (NatsServers servers = withPassword();
        JetStreamEventLog log = open(settings(servers, "gate:s3cr3t"))) {
      assertTakes(log);
      servers.kill(0);
      servers.restart(0);
      assertTakes(log);

      assertThat(told(log))
          .contains("connected to NATS again")
          .contains(servers.url(0))
          .doesNotContain("s3cr3t")
          .doesNotContain("gate:");
    }
  }

  /// The client of NATS gives up then, whatever it is told of trying for ever.
  @Test
  void aPasswordThatIsChangedEndsTheLogInWords() throws Exception {
    try (NatsServers servers = withPassword();
        JetStreamEventLog log = open(settings(servers, "gate:s3cr3t"))) {
      assertTakes(log);
      assertThat(log.isAlive()).isTrue();
      Path config = folder.resolve("n1").resolve("nats.conf");
      servers.kill(0);
      Files.writeString(config, Files.readString(config).replace("s3cr3t", "an0ther"));
      servers.restart(0);

      OnRealServers.await(() -> !log.isAlive());

      assertThat(log.state().fault().orElseThrow())
          .contains("does not let this gateway in any more");
      assertThat(told(log)).doesNotContain("s3cr3t").doesNotContain("an0ther");
    }
  }

  @Test
  void aWrongPasswordIsRefusedAndNotTold() {
    try (NatsServers servers = withPassword()) {
      assertThatThrownBy(() -> open(settings(servers, "gate:wr0ng")))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not let this gateway in")
          .satisfies(failure -> assertThat(told(failure)).doesNotContain("wr0ng"));
    }
  }

  @Test
  void aPasswordForNobodyThereIsNotTold() {
    try (NatsServers servers = withPassword()) {
      servers.killAll();

      assertThatThrownBy(() -> open(settings(servers, "gate:s3cr3t")))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("No NATS server could be reached at " + servers.url(0))
          .satisfies(failure -> assertThat(told(failure)).doesNotContain("s3cr3t"));
    }
  }

  // Credentials

  @Test
  void credentialsOpenTheAccountAndAreNeverTold() throws Exception {
    TestOperator operator = new TestOperator();
    Path file = folder.resolve("gateway.creds");
    String seed = operator.write(file);
    try (NatsServers servers = NatsServers.start(1, folder, operator.config());
        JetStreamEventLog log = open(TestSettings.of(servers, "tocsin").showing(file))) {
      assertTakes(log);
      servers.kill(0);
      servers.restart(0);
      assertTakes(log);

      assertThat(told(log)).contains("connected to NATS again").doesNotContain(seed);
    }
  }

  @Test
  void credentialsThatAreUnknownAreRefused() throws Exception {
    TestOperator operator = new TestOperator();
    Path file = folder.resolve("gateway.creds");
    operator.writeStranger(file);
    try (NatsServers servers = NatsServers.start(1, folder, operator.config())) {
      assertThatThrownBy(() -> open(TestSettings.of(servers, "tocsin").showing(file)))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not let this gateway in");
      assertThatThrownBy(() -> open(TestSettings.of(servers, "tocsin")))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not let this gateway in");
    }
  }

  @Test
  void filesThatHoldNoCredentialsAreRefusedByName() throws Exception {
    Path file = Files.writeString(folder.resolve("gateway.creds"), "hello");
    try (NatsServers servers = NatsServers.one(folder)) {
      assertThatThrownBy(() -> open(TestSettings.of(servers, "tocsin").showing(file)))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining(file.toString());
      Path missing = folder.resolve("missing.creds");
      assertThatThrownBy(() -> open(TestSettings.of(servers, "tocsin").showing(missing)))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining(missing.toString());
    }
  }

  // TLS

  private final TestCertificate authority = TestCertificate.authority("the operator");

  private Path written(String name, TestCertificate certificate) {
    Path file = folder.resolve(name + ".pem");
    certificate.write(file, folder.resolve(name + ".key"));
    return file;
  }

  private NatsServers withTls(String more) {
    written("server", authority.issue("server"));
    written("authority", authority);
    return NatsServers.start(1, folder, new NatsConfig("", tls(more)));
  }

  private String tls(String more) {
    return "tls { cert_file: \"%s/server.pem\", key_file: \"%s/server.key\", ca_file: \"%s/authority.pem\", %s }"
        .formatted(folder, folder, folder, more);
  }

  private static TestSettings overTls(NatsServers servers, JetStreamTls tls) {
    return TestSettings.of(servers, "tocsin")
        .at(List.of(servers.url(0).replace("nats://", "tls://")))
        .with(tls);
  }

  @Test
  void anAuthorityOfOnesOwnIsTrusted() throws Exception {
    try (NatsServers servers = withTls("");
        JetStreamEventLog log =
            open(overTls(servers, new JetStreamTls(folder.resolve("authority.pem"), null, null)))) {
      assertTakes(log);
      servers.kill(0);
      servers.restart(0);
      assertTakes(log);
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsRefusedInWords() {
    try (NatsServers servers = withTls("")) {
      Path other = written("other", TestCertificate.authority("somebody else"));

      assertThatThrownBy(() -> open(overTls(servers, new JetStreamTls(other, null, null))))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("over TLS")
          .hasMessageContaining("certification path")
          .hasMessageContaining("authority is trusted");
    }
  }

  /// Whoever has a certificate of the same authority could pass for a server otherwise.
  @Test
  void aServerWhoseCertificateWasMadeForAnotherIsRefusedInWords() {
    authority
        .issueFor("server", "other.example")
        .write(folder.resolve("server.pem"), folder.resolve("server.key"));
    written("authority", authority);
    try (NatsServers servers = NatsServers.start(1, folder, new NatsConfig("", tls("")))) {
      assertThatThrownBy(() ->
              open(overTls(servers, new JetStreamTls(folder.resolve("authority.pem"), null, null))))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("127.0.0.1 shows a certificate that was made for other.example");
    }
  }

  @Test
  void aServerIsTrustedByItsName() throws Exception {
    authority
        .issueFor("server", "localhost")
        .write(folder.resolve("server.pem"), folder.resolve("server.key"));
    written("authority", authority);
    try (NatsServers servers = NatsServers.start(1, folder, new NatsConfig("", tls("")))) {
      String url = servers.url(0).replace("nats://127.0.0.1", "TLS://localhost");
      JetStreamTls tls = new JetStreamTls(folder.resolve("authority.pem"), null, null);
      try (JetStreamEventLog log =
          open(TestSettings.of(servers, "tocsin").at(List.of(url)).with(tls))) {
        assertTakes(log);
        servers.kill(0);
        servers.restart(0);
        assertTakes(log);
      }
    }
  }

  @Test
  void aServerThatWantsACertificateGetsIt() throws Exception {
    try (NatsServers servers = withTls("verify: true")) {
      Path own = written("gateway", authority.issue("gateway"));
      Path trusted = folder.resolve("authority.pem");
      JetStreamTls tls = new JetStreamTls(trusted, own, folder.resolve("gateway.key"));

      try (JetStreamEventLog log = open(overTls(servers, tls))) {
        assertTakes(log);
      }

      assertThatThrownBy(() -> open(overTls(servers, new JetStreamTls(trusted, null, null))))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("TLS")
          .hasMessageContaining("certificate")
          .hasMessageNotContaining("null");
    }
  }

  @Test
  void aKeyMayStandBesideItsCertificate() throws Exception {
    try (NatsServers servers = withTls("verify: true")) {
      TestCertificate own = authority.issue("gateway");
      Path both = Files.writeString(folder.resolve("both.pem"), own.keyPem() + own.pem());

      try (JetStreamEventLog log =
          open(overTls(servers, new JetStreamTls(folder.resolve("authority.pem"), both, both)))) {
        assertTakes(log);
      }
    }
  }

  @Test
  void aServerThatWantsTlsIsNotSpokenToWithoutIt() {
    try (NatsServers servers = withTls("")) {
      assertThatThrownBy(() -> open(TestSettings.of(servers, "tocsin")))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("TLS");
    }
  }

  @Test
  void filesThatAreNotPemAreRefusedByName() throws Exception {
    Path certificate = written("gateway", authority.issue("gateway"));
    Path key = folder.resolve("gateway.key");
    Path junk = Files.writeString(folder.resolve("junk.pem"), "hello");
    Path spoilt =
        Files.writeString(
            folder.resolve("spoilt.key"), TestCertificate.pem("PRIVATE KEY", new byte[1]));
    Path cut =
        Files.writeString(
            folder.resolve("cut.key"),
            "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n");
    written("other", authority.issue("other"));
    Path missing = folder.resolve("missing.pem");
    try (NatsServers servers = NatsServers.one(folder)) {
      for (JetStreamTls tls :
          List.of(
              new JetStreamTls(junk, null, null),
              new JetStreamTls(null, junk, key),
              new JetStreamTls(null, certificate, junk))) {
        assertThatThrownBy(() -> open(overTls(servers, tls)))
            .isInstanceOf(JetStreamOpenException.class)
            .hasMessageContaining(junk.toString());
      }
      for (Path other : List.of(spoilt, cut, folder.resolve("other.key"))) {
        assertThatThrownBy(() -> open(overTls(servers, new JetStreamTls(null, certificate, other))))
            .isInstanceOf(JetStreamOpenException.class)
            .hasMessageContaining(other.toString());
      }
      assertThatThrownBy(() -> open(overTls(servers, new JetStreamTls(missing, null, null))))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining(missing.toString());
    }
  }
}
