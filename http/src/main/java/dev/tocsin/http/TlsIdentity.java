package dev.tocsin.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// What [TlsFiles] hold, read and found to belong together. Immutable.
///
/// @param chain the server's certificate first
/// @param clientCas empty when clients are not asked for a certificate
record TlsIdentity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> clientCas) {

  /// Far more than any of them needs.
  private static final int MAX_FILE_BYTES = 1 << 20;

  private static final String CERTIFICATE = "CERTIFICATE";

  TlsIdentity {
    chain = List.copyOf(chain);
    clientCas = List.copyOf(clientCas);
  }

  /// What stands in the files at a moment.
  ///
  /// @param fingerprint tells one content of them from another
  record Contents(String certificate, String key, @Nullable String clientCa, String fingerprint) {

    static Contents of(TlsFiles files) throws TlsFileException {
      String certificate = read("the certificate", files.certificate());
      String key = read("the key", files.key());
      String clientCa =
          files.clientCa() == null
              ? null
              : read("the certificate of those who vouch for clients", files.clientCa());
      return new Contents(certificate, key, clientCa, fingerprint(certificate, key, clientCa));
    }

    private static String read(String what, Path file) throws TlsFileException {
      String subject = what + " " + file + " ";
      try {
        if (Files.isDirectory(file)) {
          throw new TlsFileException(subject + "cannot be read: it is a directory");
        }
        byte[] bytes = read(file);
        if (bytes.length > MAX_FILE_BYTES) {
          throw new TlsFileException(subject + "is no PEM file: it is larger than 1 MiB");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
      } catch (NoSuchFileException e) {
        throw new TlsFileException(subject + "cannot be read: there is no such file", e);
      } catch (AccessDeniedException e) {
        throw new TlsFileException(subject + "cannot be read: this user may not", e);
      } catch (IOException e) {
        throw new TlsFileException(subject + "cannot be read: " + e.getMessage(), e);
      }
    }

    /// No more than tells that it is too large: a device may have no end.
    private static byte[] read(Path file) throws IOException {
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes(MAX_FILE_BYTES + 1);
      }
    }

    private static String fingerprint(@Nullable String... texts) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String text : texts) {
          byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.ISO_8859_1);
          digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
          digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// Makes sense of what the files hold.
  ///
  /// @param files their names, for sentences
  static TlsIdentity of(TlsFiles files, Contents contents) throws TlsFileException {
    List<X509Certificate> chain =
        certificates("the certificate " + files.certificate(), contents.certificate());
    PrivateKey key = key("the key " + files.key(), contents.key());
    if (!PrivateKeys.isPair(key, chain.getFirst().getPublicKey())) {
      throw new TlsFileException(
          "the key "
              + files.key()
              + " does not belong to the certificate "
              + files.certificate()
              + (chain.size() > 1 ? ", whose first has to be the server's own" : ""));
    }
    requireOrder(files, chain);
    String clientCa = contents.clientCa();
    return new TlsIdentity(
        key,
        chain,
        clientCa == null
            ? List.of()
            : certificates(
                "the certificate of those who vouch for clients " + files.clientCa(), clientCa));
  }

  /// Refuses what the engines would refuse without a word of why.
  private static void requireOrder(TlsFiles files, List<X509Certificate> chain)
      throws TlsFileException {
    for (int i = 0; i + 1 < chain.size(); i++) {
      X500Principal issuer = chain.get(i).getIssuerX500Principal();
      X500Principal next = chain.get(i + 1).getSubjectX500Principal();
      if (!issuer.equals(next)) {
        throw new TlsFileException(
            "the certificate "
                + files.certificate()
                + " is not in order: "
                + chain.get(i).getSubjectX500Principal().getName()
                + " was issued by "
                + issuer.getName()
                + ", and "
                + next.getName()
                + " follows it; each has to be followed by the one that issued it");
      }
    }
  }

  private static List<X509Certificate> certificates(String subject, String text)
      throws TlsFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (PemPart part : parts(subject, text)) {
      if (part.label().equals(CERTIFICATE) || part.label().equals("X509 CERTIFICATE")) {
        try {
          certificates.add(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(part.der())));
        } catch (CertificateException | IllegalArgumentException e) {
          throw new TlsFileException(subject + " cannot be understood: " + e.getMessage(), e);
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new TlsFileException(
          subject + " has no certificate: a PEM file with -----BEGIN CERTIFICATE----- is wanted");
    }
    return certificates;
  }

  private static PrivateKey key(String subject, String text) throws TlsFileException {
    for (PemPart part : parts(subject, text)) {
      if (PrivateKeys.isKey(part)) {
        try {
          return PrivateKeys.of(part);
        } catch (IllegalArgumentException e) {
          throw new TlsFileException(subject + " cannot be used: " + e.getMessage(), e);
        }
      }
    }
    throw new TlsFileException(
        subject + " has no private key: a PEM file with -----BEGIN PRIVATE KEY----- is wanted");
  }

  private static List<PemPart> parts(String subject, String text) throws TlsFileException {
    try {
      return PemPart.all(text);
    } catch (IllegalArgumentException e) {
      throw new TlsFileException(subject + " is no whole PEM file: " + e.getMessage(), e);
    }
  }

  /// Why clients will refuse the certificate at a moment, as a sentence; `null` when they need not.
  ///
  /// @param files their names, for the sentence
  @Nullable String fault(TlsFiles files, Instant now) {
    X509Certificate own = chain.getFirst();
    Instant begin = own.getNotBefore().toInstant();
    Instant end = own.getNotAfter().toInstant();
    String subject = "the certificate " + files.certificate();
    if (now.isAfter(end)) {
      return subject + " expired at " + end;
    }
    return now.isBefore(begin) ? subject + " is not valid before " + begin : null;
  }

  /// Whether every user of this machine may read a file.
  static boolean isOpenToAll(Path file) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      return permissions.contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
