package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What `doctor` says of credentials, and of who may read them.
@Timeout(120)
class DoctorAccessTest extends AtTheDoctor {

  @Test
  void filesThatOthersMayReadAreToBeClosed() throws Exception {
    assertThat(new TestProcess().run("key", "new", "me", "--data", data())).isZero();
    Path keys = Path.of(data(), "keys.json");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
    Path log = Files.writeString(Path.of(data(), "events.db"), "");
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-r--r--"));
    Path tail = Files.writeString(Path.of(data(), "events.db-wal"), "");
    Files.setPosixFilePermissions(tail, PosixFilePermissions.fromString("rw-----w-"));

    List<JsonNode> findings = doctor("--data", data());

    assertThat(of("access", findings))
        .contains("good: one key in " + keys)
        .anyMatch(line -> line.startsWith("mend: others") && line.endsWith("-> chmod 600 " + keys));
    assertThat(of("log", findings))
        .anyMatch(line -> line.startsWith("mend: every user") && line.endsWith("chmod 600 " + log))
        .anyMatch(
            line -> line.startsWith("mend: every user") && line.endsWith("chmod 600 " + tail));
  }

  @Test
  void credentialsThatAreNotUnderstoodOrCannotBeHad() throws Exception {
    Path keys = Files.writeString(folder.resolve("keys.json"), "{\"keys\":7}");

    assertThat(of("access", doctor("--memory", "--keys", keys.toString())))
        .anyMatch(line -> line.startsWith("mend: " + keys + ": must be an object"));
    assertThat(of("access", doctor("--memory", "--jwt-keys", "http://127.0.0.1:" + freePort())))
        .anyMatch(line -> line.startsWith("mend: the keys of tokens: "));
    assertThat(
            of("access", doctor("--memory", "--audit-log", folder.resolve("no/audit").toString())))
        .anyMatch(
            line -> line.startsWith("mend: the audit log ") && line.contains("make the folder"));
    assertThat(of("access", doctor("--memory", "--audit-log", folder.toString())))
        .contains("mend: the audit log " + folder + " is a folder -> name a file");
  }

  @Test
  void aServerThatOthersReachWithoutTlsOrKeys() {
    List<JsonNode> open = doctor("--memory", "--host", "0.0.0.0");

    assertThat(of("access", open))
        .anyMatch(line -> line.startsWith("mend: without TLS, credentials travel in the clear"))
        .anyMatch(line -> line.startsWith("note: there is no key in "));
    assertThat(of("access", doctor("--memory", "--host", "0.0.0.0", "--insecure")))
        .singleElement()
        .asString()
        .startsWith("note: nobody is asked who he is (--insecure)");
  }

  @Test
  void aKeyThatEndsSoonIsToBeReplaced() {
    assertThat(new TestProcess().run("key", "new", "me", "--data", data(), "--expires", "2d"))
        .isZero();

    assertThat(of("access", doctor("--data", data())))
        .anyMatch(line -> line.startsWith("mend: key ") && line.contains(" of me ends at "));
  }

  @Test
  void aKeyThatHasEndedMayGo() {
    assertThat(new TestProcess().run("key", "new", "me", "--data", data(), "--expires", "2d"))
        .isZero();
    TestProcess later = new TestProcess().at(() -> Instant.now().plus(Duration.ofDays(3)));

    assertThat(of("access", doctor(later, "--data", data())))
        .anyMatch(line ->
            line.startsWith("note: key ")
                && line.contains(" of me ended at ")
                && line.contains("-> tocsin key revoke "));
  }

  @Test
  void rolesThatOthersMayChangeAreToBeClosed() throws Exception {
    Path roles = Files.writeString(folder.resolve("roles.json"), "{\"roles\":{}}");
    Files.setPosixFilePermissions(roles, PosixFilePermissions.fromString("rw-r--r--"));
    String[] options = {
      "--data",
      data(),
      "--roles",
      roles.toString(),
      "--trust-proxy",
      "10.0.0.1",
      "--proxy-user-header",
      "X-User"
    };

    assertThat(of("access", doctor(options)))
        .contains("good: the roles in " + roles + " are understood")
        .noneMatch(line -> line.startsWith("mend"));
    Files.setPosixFilePermissions(roles, PosixFilePermissions.fromString("rw-r--rw-"));
    assertThat(of("access", doctor(options)))
        .anyMatch(line ->
            line.startsWith("mend: others on this machine may change ")
                && line.endsWith("-> chmod go-w " + roles));
  }

  @Test
  void credentialsThatTravelEncryptedAreGood() throws Exception {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    TestCertificate.authority("authority").issue("server").write(cert, key);
    String clear = "mend: without TLS";

    assertThat(
            of(
                "access",
                doctor(
                    "--memory",
                    "--host",
                    "0.0.0.0",
                    "--tls-cert",
                    cert.toString(),
                    "--tls-key",
                    key.toString())))
        .noneMatch(line -> line.startsWith(clear));
    assertThat(of("access", doctor("--memory", "--host", "0.0.0.0", "--trust-proxy", "10.0.0.1")))
        .noneMatch(line -> line.startsWith(clear));
  }
}
