package dev.tocsin.app;

import dev.tocsin.http.StartFailedException;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.TlsLook;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// The server's certificate: whether key, chain, names and dates are such that clients take it.
final class CertificateCheck {

  private static final String SUBJECT = "tls";

  /// A certificate that ends sooner has to be replaced. Those that renew themselves do it 30 days before.
  private static final Duration SOON = Duration.ofDays(14);

  private static final int MIN_RSA_BITS = 2_048;

  /// Of a subject's alternative names: a DNS name, an address.
  private static final Set<Integer> NAMES = Set.of(2, 7);

  private final TlsFiles files;
  private final Collection<String> hosts;
  private final InstantSource clock;
  private final Findings findings;

  /// @param hosts the names under which clients are to reach the server, as far as they are known
  CertificateCheck(
      TlsFiles files, Collection<String> hosts, InstantSource clock, Findings findings) {
    this.files = files;
    this.hosts = hosts;
    this.clock = clock;
    this.findings = findings;
  }

  void look() {
    TlsLook look;
    try {
      look = TlsLook.at(files, clock);
    } catch (StartFailedException e) {
      findings.mend(SUBJECT, String.valueOf(e.getMessage()), "docs/access.md says what is wanted");
      return;
    }
    X509Certificate own = look.chain().getFirst();
    if (look.fault() == null) {
      findings.good(SUBJECT, "the key belongs to the certificate " + files.certificate());
      end("the certificate " + files.certificate(), own);
    } else {
      findings.mend(SUBJECT, look.fault(), "have it issued anew; the server takes it up by itself");
    }
    if (look.isKeyOpenToAll()) {
      findings.mend(
          SUBJECT,
          "every user of this machine may read the private key",
          "chmod 600 " + ShellText.quoted(files.key().toString()));
    }
    names(own);
    strength(own);
    chain(look.chain());
    look.clientCas().forEach(ca -> end("of those who vouch for clients, " + name(ca), ca));
  }

  private void end(String subject, X509Certificate certificate) {
    Instant end = certificate.getNotAfter().toInstant();
    String text = subject + " is good until " + end.truncatedTo(ChronoUnit.SECONDS);
    if (end.isBefore(clock.instant().plus(SOON))) {
      findings.mend(SUBJECT, text, "have it issued anew; the server takes it up by itself");
    } else {
      findings.good(SUBJECT, text);
    }
  }

  private void names(X509Certificate own) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = own.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if (NAMES.contains((Integer) name.get(0))) {
          names.add(String.valueOf(name.get(1)));
        }
      }
    } catch (CertificateParsingException e) {
      findings.mend(
          SUBJECT, "its names are not understood: " + e.getMessage(), "have it issued anew");
      return;
    }
    if (names.isEmpty()) {
      findings.mend(
          SUBJECT,
          "it has no name that clients look at",
          "have it issued with the server's name among its subject alternative names");
      return;
    }
    List<String> missing = hosts.stream().filter(host -> !isNamed(host, names)).toList();
    if (missing.isEmpty()) {
      findings.good(SUBJECT, "it is for " + String.join(", ", names));
    } else {
      findings.mend(
          SUBJECT,
          "it is for "
              + String.join(", ", names)
              + ", and not for "
              + String.join(", ", missing)
              + " (--allow-host)",
          "have it issued with that name as well, unless a proxy stands in front");
    }
  }

  /// Whether a host, with or without its port, is one of the names, of which `*.` stands for one label.
  static boolean isNamed(String host, List<String> names) {
    String bare = host.replaceFirst(":\\d+$", "");
    return names.stream()
        .anyMatch(name ->
            name.equalsIgnoreCase(bare)
                || (name.startsWith("*.")
                    && bare.indexOf('.') > 0
                    && name.substring(1).equalsIgnoreCase(bare.substring(bare.indexOf('.')))));
  }

  private void strength(X509Certificate own) {
    if (own.getPublicKey() instanceof RSAPublicKey rsa
        && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      findings.mend(
          SUBJECT,
          "its key has " + rsa.getModulus().bitLength() + " bits, which many clients refuse",
          "make one of 2048 bits or an elliptic one");
    }
  }

  /// Each has to be issued by the next, and the last by somebody whom clients trust.
  private void chain(List<X509Certificate> chain) {
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!isIssuedBy(chain.get(i), chain.get(i + 1))) {
        findings.mend(
            SUBJECT,
            name(chain.get(i))
                + " was not issued by "
                + name(chain.get(i + 1))
                + ", which follows it",
            "put the certificates of "
                + files.certificate()
                + " in order: the server's own, then each that issued the one before");
        return;
      }
    }
    X509Certificate last = chain.getLast();
    if (isIssuedBy(last, last)) {
      findings.note(
          SUBJECT,
          name(last) + " vouches for itself: clients have to be told to trust it (--ca)",
          null);
    } else {
      findings.good(
          SUBJECT,
          "a chain of "
              + chain.size()
              + "; clients have to know "
              + last.getIssuerX500Principal().getName());
    }
  }

  private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String name(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }
}
