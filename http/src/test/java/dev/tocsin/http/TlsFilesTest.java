package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.NoErrorsLogged;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.fixtures.TestCertificate;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an operator puts into the files of TLS, and when.
@ExtendWith(NoErrorsLogged.class)
class TlsFilesTest {

  private static final TestCertificate AUTHORITY = TestCertificate.authority("authority");

  @TempDir Path folder;

  private TlsFiles files;
  private TestCertificate own;
  private @Nullable Tls tls;
  private Instant now = Instant.now();

  @BeforeEach
  void writeGoodOnes() {
    files = new TlsFiles(folder.resolve("cert.pem"), folder.resolve("key.pem"), null);
    own = AUTHORITY.issue("server").write(files.certificate(), files.key());
  }

  @AfterEach
  void close() {
    RecordedLogs.takeInformation();
    if (tls != null) {
      tls.close();
    }
  }

  private Tls open() throws StartFailedException {
    tls = Tls.open(files, () -> now, Tls.bestProvider());
    return tls;
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(this::open)
        .isInstanceOf(StartFailedException.class)
        .hasMessageContainingAll(parts);
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void noMoreIsReadOfAFileThanTellsThatItIsTooLarge() {
    files = new TlsFiles(files.certificate(), Path.of("/dev/zero"), null);
    assertRefused("the key /dev/zero", "larger than 1 MiB");
  }

  @Test
  void namesAFileThatIsNotThere() throws Exception {
    Files.delete(files.key());
    assertRefused("the key " + files.key(), "there is no such file");
  }

  @Test
  void namesAFileThatIsADirectory() throws Exception {
    files = new TlsFiles(folder, files.key(), null);
    assertRefused("the certificate " + folder, "it is a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello\n", "\u0000\u0001\u0002"})
  void namesACertificateThatIsNoPem(String text) throws Exception {
    write(files.certificate(), text);
    assertRefused("the certificate " + files.certificate(), "has no certificate");
  }

  @Test
  void namesACertificateThatIsCutOff() throws Exception {
    write(files.certificate(), own.pem().substring(0, 200));
    assertRefused("the certificate", "is no whole PEM file", "-----END CERTIFICATE-----");
  }

  @ParameterizedTest
  @ValueSource(strings = {"AAAA", "not base64 %%%", "TUlJ"})
  void namesACertificateThatSaysNothing(String body) throws Exception {
    write(
        files.certificate(),
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    assertRefused("the certificate " + files.certificate(), "cannot be understood");
  }

  @Test
  void namesAKeyFileThatHoldsACertificate() throws Exception {
    write(files.key(), own.pem());
    assertRefused("the key " + files.key(), "has no private key");
  }

  @Test
  void namesAKeyOfAnother() throws Exception {
    write(files.key(), AUTHORITY.issue("other").keyPem());
    assertRefused(
        "the key " + files.key() + " does not belong to the certificate " + files.certificate());
  }

  @Test
  void namesAKeyOfAnotherKind() throws Exception {
    write(files.key(), AUTHORITY.issue("other", "RSA", now.plusSeconds(600)).keyPem());
    assertRefused("does not belong to the certificate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        AAAA
        -----END ENCRYPTED PRIVATE KEY-----
        """,
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,00

        AAAA
        -----END RSA PRIVATE KEY-----
        """
      })
  void namesAKeyThatIsEncrypted(String key) throws Exception {
    write(files.key(), key);
    assertRefused("the key " + files.key(), "is encrypted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"})
  void namesAKeyThatSaysNothing(String label) throws Exception {
    for (String body : new String[] {"AAAA", "MIID", "MAMCAQE="}) {
      write(
          files.key(), "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----");
      assertRefused("the key " + files.key() + " cannot be used");
    }
  }

  @Test
  void namesAFileOfClientCertificatesThatHoldsNone() throws Exception {
    Path clientCa = folder.resolve("ca.pem");
    files = new TlsFiles(files.certificate(), files.key(), clientCa);
    write(clientCa, own.keyPem());
    assertRefused("those who vouch for clients " + clientCa, "has no certificate");
  }

  /// Many programs still write it so.
  @Test
  void takesAnRsaKeyInPkcs1() throws Exception {
    TestCertificate rsa =
        AUTHORITY.issue("rsa", "RSA", now.plusSeconds(600)).write(files.certificate(), files.key());
    byte[] pkcs8 = rsa.keys().getPrivate().getEncoded();
    // The key is the last part, behind 26 bytes that say what it is.
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    write(files.key(), TestCertificate.pem("RSA PRIVATE KEY", pkcs1));
    assertThat(open()).isNotNull();
  }

  /// As `openssl ecparam -genkey` writes it, with the curve before it.
  @Test
  void takesAnEcKeyInSec1() throws Exception {
    byte[] pkcs8 = own.keys().getPrivate().getEncoded();
    int scalar = -1;
    for (int i = 0; i + 1 < pkcs8.length && scalar < 0; i++) {
      // INTEGER 1, OCTET STRING of 32 bytes
      if (pkcs8[i] == 2 && pkcs8[i + 1] == 1 && pkcs8[i + 2] == 1 && pkcs8[i + 4] == 32) {
        scalar = i + 5;
      }
    }
    byte[] sec1 = new byte[2 + 3 + 2 + 32 + 12];
    byte[] head = {0x30, 49, 2, 1, 1, 4, 32};
    byte[] curve = {(byte) 0xA0, 10, 6, 8, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 3, 1, 7};
    System.arraycopy(head, 0, sec1, 0, head.length);
    System.arraycopy(pkcs8, scalar, sec1, head.length, 32);
    System.arraycopy(curve, 0, sec1, head.length + 32, curve.length);
    write(
        files.key(),
        TestCertificate.pem("EC PARAMETERS", Arrays.copyOfRange(curve, 2, 12))
            + TestCertificate.pem("EC PRIVATE KEY", sec1));
    assertThat(open()).isNotNull();
  }

  @Test
  void warnsOfAnExpiredCertificateAtTheStart() throws Exception {
    AUTHORITY
        .issue("old", "EC", now.minus(Duration.ofDays(2)))
        .write(files.certificate(), files.key());
    open();
    assertThat(RecordedLogs.take()).singleElement().asString().contains("expired at");
  }

  @Test
  void warnsOfACertificateThatIsNotValidYet() throws Exception {
    AUTHORITY
        .issue("early", "EC", now.plusSeconds(600), now.plusSeconds(6_000))
        .write(files.certificate(), files.key());
    open();
    assertThat(RecordedLogs.take()).singleElement().asString().contains("is not valid before");
  }

  @Test
  void warnsOfAKeyThatEverybodyMayRead() throws Exception {
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));
    open();
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("may read the private key", files.key().toString());
  }

  @Test
  void takesUpWhatHasChanged() throws Exception {
    open();
    AUTHORITY.issue("next").write(files.certificate(), files.key());
    tls.look();
    assertThat(serverName()).isEqualTo("CN=next");
    assertThat(RecordedLogs.takeInformation())
        .singleElement()
        .asString()
        .contains("the certificate was replaced");
  }

  /// Whoever replaces two files replaces one of them first.
  @Test
  void saysNothingOfAPairThatIsHalfReplaced() throws Exception {
    open();
    TestCertificate next = AUTHORITY.issue("next");
    write(files.certificate(), next.pem());
    tls.look();
    write(files.key(), next.keyPem());
    tls.look();
    assertThat(serverName()).isEqualTo("CN=next");
  }

  @Test
  void keepsTheOldPairAndTellsOnceWhyAndWhenItIsGoodAgain() throws Exception {
    open();
    List<String> bad =
        List.of("garbage", AUTHORITY.issue("other").pem(), old().pem(), own.pem().substring(0, 99));
    for (String certificate : bad) {
      write(files.certificate(), certificate);
      for (int i = 0; i < 5; i++) {
        tls.look();
      }
      assertThat(RecordedLogs.take())
          .as(certificate)
          .singleElement()
          .asString()
          .contains("stay in use", files.certificate().toString());
      assertThat(serverName()).isEqualTo("CN=server");
    }
    assertThat(RecordedLogs.takeInformation()).isEmpty();

    write(files.certificate(), own.pem());
    tls.look();
    tls.look();
    assertThat(RecordedLogs.takeInformation()).hasSize(1);
  }

  @Test
  void doesNotTakeUpACertificateThatHasExpired() throws Exception {
    open();
    old().write(files.certificate(), files.key());
    tls.look();
    tls.look();
    assertThat(RecordedLogs.take()).singleElement().asString().contains("expired at");
    assertThat(serverName()).isEqualTo("CN=server");
  }

  private TestCertificate old() {
    return AUTHORITY.issue("old", "EC", now.minus(Duration.ofDays(2)));
  }

  @Test
  void keepsTheOldPairWhileAFileIsGone() throws Exception {
    open();
    Files.delete(files.key());
    tls.look();
    tls.look();
    tls.look();
    assertThat(RecordedLogs.take()).singleElement().asString().contains("there is no such file");
    write(files.key(), own.keyPem());
    tls.look();
    assertThat(RecordedLogs.takeInformation()).hasSize(1);
  }

  @Test
  void tellsOnceThatItsCertificateHasExpiredMeanwhile() throws Exception {
    open();
    now = now.plus(Duration.ofDays(3));
    tls.look();
    tls.look();
    assertThat(RecordedLogs.take()).singleElement().asString().contains("expired at");
  }

  @Test
  void watchesItsFilesByItself() throws Exception {
    tls = Tls.start(files, InstantSource.system());
    AUTHORITY.issue("next").write(files.certificate(), files.key());
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!serverName().equals("CN=next")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /// The certificate with which new connections are greeted.
  private String serverName() {
    TlsHandler handler =
        tls.newHandler(ByteBufAllocator.DEFAULT, new SocketMemory(1L << 30, () -> 0));
    try {
      return tls.identity().chain().getFirst().getSubjectX500Principal().getName();
    } finally {
      ReferenceCountUtil.release(handler.engine());
    }
  }

  @Test
  void aChainThatIsNotInOrderIsToldWithTheOneThatDoesNotFit() throws Exception {
    TestCertificate stranger = TestCertificate.authority("stranger");
    Files.writeString(files.certificate(), own.pem() + stranger.pem());

    assertThatThrownBy(this::open)
        .isInstanceOf(StartFailedException.class)
        .hasMessageContaining("CN=server was issued by CN=authority, and CN=stranger follows it");

    Files.writeString(files.certificate(), own.pem() + AUTHORITY.pem());
    assertThat(open().identity().chain()).hasSize(2);
  }

  @Test
  void aLookJudgesTheFilesAsAStartDoesAndWarnsNobody() throws Exception {
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));
    now = own.certificate().getNotAfter().toInstant().plusSeconds(1);

    TlsLook look = TlsLook.at(files, () -> now);

    assertThat(look.chain()).containsExactly(own.certificate());
    assertThat(look.fault()).contains("expired at");
    assertThat(look.isKeyOpenToAll()).isTrue();
    assertThat(RecordedLogs.take()).isEmpty();
  }
}
