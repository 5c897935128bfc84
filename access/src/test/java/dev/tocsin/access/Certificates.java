package dev.tocsin.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/// Certificates for tests: public halves, from the day they were made, for a hundred years.
final class Certificates {

  private Certificates() {}

  static String text(String name) throws IOException {
    try (InputStream in = open(name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  static X509Certificate of(String name) throws IOException, CertificateException {
    try (InputStream in = open(name)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static InputStream open(String name) {
    return Certificates.class.getResourceAsStream("/certificates/" + name + ".pem");
  }
}
