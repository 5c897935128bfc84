package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `doctor` says of a certificate and its key.
@Timeout(120)
class DoctorCertificateTest extends AtTheDoctor {

  private static final TestCertificate AUTHORITY = TestCertificate.authority("authority");

  private List<String> tls(TestCertificate own, String more, String... options) throws IOException {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    own.write(cert, key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(cert, Files.readString(cert) + more);
    List<String> words =
        new ArrayList<>(
            List.of("--memory", "--tls-cert", cert.toString(), "--tls-key", key.toString()));
    words.addAll(List.of(options));
    return of("tls", doctor(words.toArray(String[]::new)));
  }

  @Test
  void aCertificateIsJudgedByDatesNamesAndChain() throws Exception {
    Instant far = Instant.now().plus(Duration.ofDays(90));
    TestCertificate good = AUTHORITY.issue("server", "EC", far);

    assertThat(tls(good, AUTHORITY.pem(), "--allow-host", "localhost"))
        .allMatch(line -> !line.startsWith("mend"))
        .anyMatch(line -> line.startsWith("good: the key belongs to the certificate "))
        .contains("good: it is for localhost, 127.0.0.1")
        .anyMatch(line -> line.startsWith("note: CN=authority vouches for itself"));
    assertThat(tls(good, "", "--allow-host", "hub.example"))
        .anyMatch(line ->
            line.startsWith("mend: it is for localhost, 127.0.0.1, and not for hub.example"));
    assertThat(tls(good, TestCertificate.authority("stranger").pem()))
        .singleElement()
        .asString()
        .startsWith("mend: the certificate ")
        .contains("CN=server was issued by CN=authority, and CN=stranger follows it");
    assertThat(tls(good, TestCertificate.authority("authority").pem()))
        .anyMatch(line -> line.startsWith("mend: CN=server was not issued by CN=authority"));
    assertThat(tls(AUTHORITY.issue("server", "EC", Instant.now().plus(Duration.ofDays(2))), ""))
        .anyMatch(line -> line.startsWith("mend: ") && line.contains(" is good until "));
    assertThat(tls(AUTHORITY.issue("server", "EC", Instant.now().minusSeconds(60)), ""))
        .anyMatch(line -> line.startsWith("mend: ") && line.contains(" expired at "));
    assertThat(tls(TestCertificate.authority("server"), ""))
        .anyMatch(line -> line.startsWith("mend: it has no name that clients look at"));
  }

  @Test
  void aKeyThatIsOfAnotherCertificateOrForEverybody() throws Exception {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    AUTHORITY.issue("server").write(cert, folder.resolve("other.pem"));
    AUTHORITY.issue("other").write(folder.resolve("other-cert.pem"), key);
    String[] options = {"--memory", "--tls-cert", cert.toString(), "--tls-key", key.toString()};

    assertThat(of("tls", doctor(options)))
        .singleElement()
        .asString()
        .startsWith("mend: the key " + key + " does not belong to the certificate " + cert);

    AUTHORITY.issue("server").write(cert, key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(of("tls", doctor(options))).anyMatch(line -> line.endsWith("-> chmod 600 " + key));
  }

  @ParameterizedTest
  @CsvSource({
    "hub.example, hub.example, true",
    "hub.example:8443, HUB.example, true",
    "a.hub.example, *.hub.example, true",
    "a.b.hub.example, *.hub.example, false",
    "hub.example, *.hub.example, false",
    "hub.example, other.example, false"
  })
  void aNameOfACertificateMayStandForOneLabel(String host, String name, boolean isNamed) {
    assertThat(CertificateCheck.isNamed(host, List.of(name))).isEqualTo(isNamed);
  }
}
