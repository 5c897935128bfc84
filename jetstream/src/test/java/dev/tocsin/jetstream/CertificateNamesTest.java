package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.TestCertificate;
import java.security.cert.CertificateParsingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// For whom a certificate was made.
class CertificateNamesTest {

  @ParameterizedTest
  @CsvSource({
    "n1.example, n1.example, true",
    "N1.Example, n1.eXample, true",
    "n1.example, n2.example, false",
    "n1.example, a.n1.example, false",
    "*.example, n1.example, false",
    "*.hub.example, n1.hub.example, true",
    "*.hub.example, n1.HUB.example, true",
    "*.hub.example, hub.example, false",
    "*.hub.example, a.b.hub.example, false",
    "*.hub.example, .hub.example, false",
    "*.hub.example, n1.hub.example.evil, false",
    "n*.hub.example, n1.hub.example, false",
    "10.0.0.1, 10.0.0.1, false",
    "*.0.0.1, 10.0.0.1, false"
  })
  void aNameIsThatOfAServer(String name, String host, boolean same) {
    assertThat(new CertificateNames(List.of(name), List.of()).has(host)).isEqualTo(same);
  }

  @Test
  void anAddressIsTheSameHoweverItIsWritten() {
    CertificateNames names =
        new CertificateNames(List.of(), List.of("10.0.0.1", "fe80:0:0:0:0:0:0:1"));

    assertThat(names.has("10.0.0.1")).isTrue();
    assertThat(names.has("fe80::1")).isTrue();
    assertThat(names.has("10.0.0.2")).isFalse();
    assertThat(names.has("n1.example")).isFalse();
  }

  @Test
  void namesAndAddressesAreRead() throws CertificateParsingException {
    TestCertificate authority = TestCertificate.authority("it");

    assertThat(
            CertificateNames.of(
                authority.issueFor("x", "n1.example", "*.hub.example", "10.0.0.1").certificate()))
        .isEqualTo(
            new CertificateNames(List.of("n1.example", "*.hub.example"), List.of("10.0.0.1")));
  }

  @Test
  void whoOnlyHasACommonNameIsNobody() throws CertificateParsingException {
    CertificateNames names =
        CertificateNames.of(TestCertificate.authority("n1.example").certificate());

    assertThat(names.has("n1.example")).isFalse();
    assertThat(names).hasToString("nobody by name");
  }
}
