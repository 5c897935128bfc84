package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What `doctor` says of a server that runs: its port, its health and its clock.
@Timeout(120)
class DoctorServerTest extends AtTheDoctor {

  private final TestProcess server = new TestProcess();

  @AfterEach
  void stop() throws Exception {
    server.interrupt();
  }

  static void publish(String url) {
    TestProcess publisher = new TestProcess();
    assertThat(
            publisher.run("publish", "alert.deleted", "--payload", "{\"id\":\"7\"}", "--url", url))
        .as(publisher.err())
        .isZero();
  }

  @Test
  void aServerThatRunsIsAskedAndNotDisturbed() throws Exception {
    String url = server.start("serve", "--data", data(), "--port", "0").url();
    publish(url);
    String port = url.substring(url.lastIndexOf(':') + 1);

    List<JsonNode> findings = doctor("--data", data(), "--port", port);

    assertThat(of("server", findings))
        .anyMatch(line -> line.equals("good: " + url + " is ready"))
        .anyMatch(line -> line.startsWith("good: it is of this version"));
    assertThat(of("log", findings))
        .last()
        .asString()
        .endsWith("newest event is 1; a server uses it");
    assertThat(of("clock", findings))
        .anyMatch(line -> line.startsWith("good: the newest event is of "))
        .contains("good: it agrees with that of the server");
    // Had its lock been given up, a second server could start.
    TestProcess second = new TestProcess();
    assertThat(second.run("serve", "--data", data(), "--port", "0")).isEqualTo(1);
    publish(url);
  }

  @Test
  void aPortThatAnotherProgramHasIsToldAsSuch() throws Exception {
    try (Stranger other = new Stranger(200, "hello")) {
      String port = String.valueOf(other.port());

      assertThat(of("server", doctor("--memory", "--port", port)))
          .singleElement()
          .asString()
          .startsWith("mend: what answers at http://127.0.0.1:" + port + " is no Tocsin (200)");
    }
  }

  @Test
  void aServerThatServesAndIsNotWellIsToldInItsWords() throws Exception {
    String body = "{\"status\":\"degraded\",\"reason\":\"the disk is full\"}";
    try (Stranger ill = new Stranger(200, body)) {
      String port = String.valueOf(ill.port());

      assertThat(of("server", doctor("--memory", "--port", port)))
          .anyMatch(line ->
              line.startsWith("mend: http://127.0.0.1:" + port + " is degraded: the disk is full"));
    }
  }

  @Test
  void anAddressOfAnotherMachineAndAServerThatIsNotThere() throws Exception {
    String nowhere = "http://127.0.0.1:" + freePort();

    List<JsonNode> findings =
        doctor("--memory", "--insecure", "--host", "192.0.2.1", "--port", "8080", "--url", nowhere);

    assertThat(of("port", findings))
        .singleElement()
        .asString()
        .startsWith("mend: cannot listen on 192.0.2.1:8080 -> no interface");
    assertThat(of("server", findings)).singleElement().asString().startsWith("mend: cannot reach");
  }

  @Test
  void aServerThatListensEverywhereIsAskedOnThisMachine() throws Exception {
    String url =
        server.start("serve", "--memory", "--port", "0", "--host", "0.0.0.0", "--insecure").url();
    String port = url.substring(url.lastIndexOf(':') + 1);

    assertThat(of("server", doctor("--memory", "--insecure", "--host", "0.0.0.0", "--port", port)))
        .contains("good: http://127.0.0.1:" + port + " is ready");
  }

  @Test
  void aServerWithTlsIsAskedByItsOwnCertificate() throws Exception {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    TestCertificate.authority("authority").issue("server").write(cert, key);
    String[] tls = {"--tls-cert", cert.toString(), "--tls-key", key.toString()};
    String url =
        server.start("serve", "--memory", "--port", "0", tls[0], tls[1], tls[2], tls[3]).url();
    String port = url.substring(url.lastIndexOf(':') + 1);

    assertThat(of("server", doctor("--memory", "--port", port, tls[0], tls[1], tls[2], tls[3])))
        .contains("good: " + url + " is ready");
  }

  @Test
  void aClockThatDisagreesIsToldWithTheDifference() throws Exception {
    String url = server.start("serve", "--data", data(), "--port", "0").url();
    publish(url);
    TestProcess early = new TestProcess().at(() -> Instant.now().plusSeconds(3_600));

    assertThat(of("clock", doctor(early, "--memory", "--url", url)))
        .anyMatch(
            line -> line.matches("mend: it is (3599|36\\d\\d) s ahead of that of the server.*"));

    Files.setLastModifiedTime(
        folder.resolve("data/newest"), FileTime.from(Instant.now().plusSeconds(9_000)));
    assertThat(of("clock", doctor("--data", data())))
        .anyMatch(line -> line.matches("mend: the newest event is \\d+ s in the future.*"));

    Files.setLastModifiedTime(
        folder.resolve("data/newest"), FileTime.from(Instant.now().plusSeconds(20 * 86_400)));
    assertThat(of("clock", doctor("--data", data())))
        .anyMatch(line -> line.startsWith("mend: the newest event is 19 days in the future"));
  }

  @Test
  void aClockThatIsBehindOrWasNeverSetIsToldAsSuch() throws Exception {
    String url = server.start("serve", "--memory", "--port", "0").url();
    TestProcess late = new TestProcess().at(() -> Instant.now().minusSeconds(3_600));
    assertThat(of("clock", doctor(late, "--memory", "--url", url)))
        .anyMatch(
            line -> line.matches("mend: it is (3599|36\\d\\d) s behind that of the server.*"));

    TestProcess unset = new TestProcess().at(() -> Instant.EPOCH);
    assertThat(of("clock", doctor(unset, "--memory")))
        .containsExactly("mend: it says 1970-01-01T00:00:00Z -> " + ClockCheck.REMEDY);
  }
}
