package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tocsin.fixtures.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `doctor`, as an operator meets it. What it says of the machine under it may be anything; what it says of a server's files and
/// port is what these tests have put there.
@Timeout(120)
class DoctorTest {

  private static final TestCertificate AUTHORITY = TestCertificate.authority("authority");

  @TempDir Path folder;

  private final TestProcess server = new TestProcess();
  private final TestProcess process = new TestProcess();

  @AfterEach
  void stop() throws Exception {
    server.interrupt();
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  /// What it has found, of a free port unless the options say otherwise.
  private List<JsonNode> doctor(String... options) {
    List<String> words = new ArrayList<>(List.of("doctor", "--json"));
    words.addAll(List.of(options));
    if (!words.contains("--port")) {
      words.addAll(List.of("--port", "0"));
    }
    int code = process.run(words.toArray(String[]::new));
    assertThat(process.err()).isEmpty();
    JsonNode answer = JsonMapper.shared().readTree(process.out());
    List<JsonNode> findings = new ArrayList<>();
    answer.path("findings").forEach(findings::add);
    long toMend = findings.stream().filter(finding -> verdict(finding).equals("mend")).count();
    assertThat(answer.path("to_mend").asLong()).isEqualTo(toMend);
    assertThat(code).isEqualTo(toMend == 0 ? 0 : 1);
    assertThat(findings)
        .allSatisfy(finding -> {
          assertThat(finding.path("text").asString()).isNotBlank();
          assertThat(finding.has("remedy") || !verdict(finding).equals("mend")).isTrue();
        });
    return findings;
  }

  private static String verdict(JsonNode finding) {
    return finding.path("verdict").asString();
  }

  /// The findings about a subject, each as a line.
  private static List<String> of(String subject, List<JsonNode> findings) {
    return findings.stream()
        .filter(finding -> finding.path("subject").asString().equals(subject))
        .map(finding ->
            verdict(finding)
                + ": "
                + finding.path("text").asString()
                + (finding.has("remedy") ? " -> " + finding.path("remedy").asString() : ""))
        .toList();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aSoundServerThatHasNotStartedYetIsGood() throws Exception {
    String port = String.valueOf(freePort());

    List<JsonNode> findings = doctor("--data", data(), "--retain-bytes", "1m", "--port", port);

    assertThat(of("program", findings)).singleElement().asString().startsWith("good: tocsin ");
    assertThat(of("data", findings))
        .anyMatch(line -> line.startsWith("good: " + data() + " will be made, and is writable"));
    assertThat(of("log", findings)).last().asString().contains("there is none in " + data());
    assertThat(of("port", findings)).containsExactly("good: 127.0.0.1:" + port + " is free");
    assertThat(of("access", findings)).singleElement().asString().startsWith("good: nobody");
    assertThat(folder).as("nothing is made").isEmptyDirectory();
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

  private static void publish(String url) {
    TestProcess publisher = new TestProcess();
    assertThat(
            publisher.run("publish", "alert.deleted", "--payload", "{\"id\":\"7\"}", "--url", url))
        .as(publisher.err())
        .isZero();
  }

  /// Something that says the same to everybody.
  private static HttpServer answering(String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void aPortThatAnotherProgramHasIsToldAsSuch() throws Exception {
    HttpServer other = answering("hello");
    try {
      String port = String.valueOf(other.getAddress().getPort());

      assertThat(of("server", doctor("--memory", "--port", port)))
          .singleElement()
          .asString()
          .startsWith("mend: what answers at http://127.0.0.1:" + port + " is no Tocsin (200)");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void aServerThatServesAndIsNotWellIsToldInItsWords() throws Exception {
    HttpServer ill = answering("{\"status\":\"degraded\",\"reason\":\"the disk is full\"}");
    try {
      String port = String.valueOf(ill.getAddress().getPort());

      assertThat(of("server", doctor("--memory", "--port", port)))
          .anyMatch(line ->
              line.startsWith("mend: http://127.0.0.1:" + port + " is degraded: the disk is full"));
    } finally {
      ill.stop(0);
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
  void aClockThatDisagreesIsToldWithTheDifference() throws Exception {
    String url = server.start("serve", "--data", data(), "--port", "0").url();
    publish(url);
    process.at(() -> Instant.now().plusSeconds(3_600));

    assertThat(of("clock", doctor("--memory", "--url", url)))
        .anyMatch(
            line -> line.matches("mend: it is (3599|36\\d\\d) s ahead of that of the server.*"));

    Files.setLastModifiedTime(
        folder.resolve("data/newest"), FileTime.from(Instant.now().plusSeconds(9_000)));
    assertThat(of("clock", again().doctor("--data", data())))
        .anyMatch(line -> line.matches("mend: the newest event is \\d+ s in the future.*"));

    Files.setLastModifiedTime(
        folder.resolve("data/newest"), FileTime.from(Instant.now().plusSeconds(20 * 86_400)));
    assertThat(of("clock", again().doctor("--data", data())))
        .anyMatch(line -> line.startsWith("mend: the newest event is 19 days in the future"));
  }

  @Test
  void aClockThatIsBehindOrWasNeverSetIsToldAsSuch() throws Exception {
    String url = server.start("serve", "--memory", "--port", "0").url();
    process.at(() -> Instant.now().minusSeconds(3_600));
    assertThat(of("clock", doctor("--memory", "--url", url)))
        .anyMatch(
            line -> line.matches("mend: it is (3599|36\\d\\d) s behind that of the server.*"));

    DoctorTest early = again();
    early.process.at(() -> Instant.EPOCH);
    assertThat(of("clock", early.doctor("--memory")))
        .containsExactly("mend: it says 1970-01-01T00:00:00Z -> " + ClockCheck.REMEDY);
  }

  @Test
  void aServerThatListensEverywhereIsAskedOnThisMachine() throws Exception {
    String url =
        server.start("serve", "--memory", "--port", "0", "--host", "0.0.0.0", "--insecure").url();
    String port = url.substring(url.lastIndexOf(':') + 1);

    assertThat(of("server", doctor("--memory", "--insecure", "--host", "0.0.0.0", "--port", port)))
        .contains("good: http://127.0.0.1:" + port + " is ready");
  }

  /// The same test in a process of its own, whose output begins anew.
  private DoctorTest again() {
    DoctorTest other = new DoctorTest();
    other.folder = folder;
    return other;
  }

  @Test
  void aFolderThatIsNoneAndADiskThatIsTooSmall() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(of("data", doctor("--data", file.toString())))
        .containsExactly("mend: " + file + " is no folder -> choose another --data");
    assertThat(of("data", again().doctor("--data", data(), "--retain-bytes", "4000t")))
        .last()
        .asString()
        .startsWith("mend: ")
        .endsWith("-> make room, or keep less: --retain-bytes");
  }

  @ParameterizedTest
  @CsvSource({"nfs4, mend", "tmpfs, mend", "overlay, note", "ext4, good"})
  void aFileSystemIsJudgedByWhatALogNeeds(String type, String verdict) {
    Findings findings = new Findings();

    new DiskCheck(folder, null, findings).kind(type);

    assertThat(findings.all())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.verdict().word()).isEqualTo(verdict);
          assertThat(finding.text()).contains(type.equals("overlay") ? "container" : type);
        });
  }

  @ParameterizedTest
  @CsvSource({"512, 4096, good", "512, 1024, note", "512, 600, mend"})
  void memoryIsJudgedByWhatJavaNeedsBesideTheHeap(long heap, long machine, String verdict) {
    Findings findings = new Findings();

    ProcessCheck.memory(heap << 20, machine << 20, findings);

    assertThat(findings.all())
        .singleElement()
        .satisfies(finding -> assertThat(finding.verdict().word()).isEqualTo(verdict));
  }

  @ParameterizedTest
  @CsvSource({"900, mend", "65000, good"})
  void filesAreJudgedByTheConnectionsThatTheyAllow(int connections, String verdict) {
    Findings findings = new Findings();

    ProcessCheck.files(connections, findings);

    assertThat(findings.all().getFirst().verdict().word()).isEqualTo(verdict);
  }

  @Test
  void aLogThatNoServerCouldStartWithIsToldInItsWords() throws Exception {
    Files.createDirectories(Path.of(data()));
    Files.writeString(Path.of(data(), "events.db"), "no database at all");

    assertThat(of("log", doctor("--data", data())))
        .anyMatch(line -> line.contains("events.db is damaged or not a database"));
  }

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
    assertThat(
            of(
                "access",
                again().doctor("--memory", "--jwt-keys", "http://127.0.0.1:" + freePort())))
        .anyMatch(line -> line.startsWith("mend: the keys of tokens: "));
    assertThat(
            of(
                "access",
                again().doctor("--memory", "--audit-log", folder.resolve("no/audit").toString())))
        .anyMatch(
            line -> line.startsWith("mend: the audit log ") && line.contains("make the folder"));
  }

  @Test
  void aServerThatOthersReachWithoutTlsOrKeys() {
    List<JsonNode> open = doctor("--memory", "--host", "0.0.0.0");

    assertThat(of("access", open))
        .anyMatch(line -> line.startsWith("mend: without TLS, credentials travel in the clear"))
        .anyMatch(line -> line.startsWith("note: there is no key in "));
    assertThat(of("access", again().doctor("--memory", "--host", "0.0.0.0", "--insecure")))
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
    process.at(() -> Instant.now().plus(Duration.ofDays(3)));

    assertThat(of("access", doctor("--data", data())))
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
    assertThat(of("access", again().doctor(options)))
        .anyMatch(line ->
            line.startsWith("mend: others on this machine may change ")
                && line.endsWith("-> chmod go-w " + roles));
  }

  @Test
  void credentialsThatTravelEncryptedAreGood() throws Exception {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    AUTHORITY.issue("server").write(cert, key);
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
    assertThat(
            of(
                "access",
                again().doctor("--memory", "--host", "0.0.0.0", "--trust-proxy", "10.0.0.1")))
        .noneMatch(line -> line.startsWith(clear));
  }

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
    return of("tls", again().doctor(words.toArray(String[]::new)));
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
    assertThat(of("tls", again().doctor(options)))
        .anyMatch(line -> line.endsWith("-> chmod 600 " + key));
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

  @Test
  void aServerWithTlsIsAskedByItsOwnCertificate() throws Exception {
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    AUTHORITY.issue("server").write(cert, key);
    String[] tls = {"--tls-cert", cert.toString(), "--tls-key", key.toString()};
    String url =
        server.start("serve", "--memory", "--port", "0", tls[0], tls[1], tls[2], tls[3]).url();
    String port = url.substring(url.lastIndexOf(':') + 1);

    assertThat(of("server", doctor("--memory", "--port", port, tls[0], tls[1], tls[2], tls[3])))
        .contains("good: " + url + " is ready");
  }

  @Test
  void brokenCatalogAndBridgesAreFindingsAndNotTheEnd() throws Exception {
    Path bridges = Files.writeString(folder.resolve("bridges.json"), "{\"bridges\":[{}]}");

    List<JsonNode> findings = doctor("--memory", "--bridges", bridges.toString());

    assertThat(of("bridges", findings))
        .singleElement()
        .asString()
        .startsWith("mend: line 1: /bridges/0/name: is required");
    assertThat(of("catalog", findings)).singleElement().asString().startsWith("good: ");
    assertThat(of("catalog", again().doctor("--memory", "--catalog", "/nowhere")))
        .singleElement()
        .asString()
        .startsWith("mend: the catalog cannot be loaded");
  }

  @Test
  void bridgesThatLackASecretOrTheirFileAreToBeMended() throws Exception {
    Path bridges =
        Files.writeString(
            folder.resolve("bridges.json"),
            """
            {"bridges":[{"name":"signed","kind":"webhook",
              "verify":{"scheme":"shared-secret","header":"X-Token","secret":{"env":"TOKEN"}},
              "map":[{"event":"alert.deleted","payload":{"id":"{payload.id}"}}]}]}\
            """);
    String[] options = {"--memory", "--bridges", bridges.toString()};

    assertThat(of("bridges", doctor(options)))
        .singleElement()
        .asString()
        .startsWith("mend: signed: ")
        .contains("TOKEN");
    DoctorTest secret = again();
    secret.process.with("TOKEN", "s3");
    assertThat(of("bridges", secret.doctor(options)))
        .singleElement()
        .asString()
        .startsWith("good: ")
        .contains("signed");
    Files.delete(bridges);
    assertThat(of("bridges", again().doctor(options)))
        .singleElement()
        .asString()
        .startsWith("mend: cannot read " + bridges);
  }

  @Test
  void whereNothingIsToMendItIsSaid() {
    Findings findings = new Findings();
    findings.good("data", "it is there");
    assertThat(findings.lines(80, new Colours(false)))
        .containsExactly("good  data  it is there", "", "nothing to mend");
  }

  @Test
  void natsThatIsNotThereIsToldInItsWordsAndWithoutAPassword() throws Exception {
    List<JsonNode> findings =
        doctor("--data", data(), "--jetstream", "nats://me:hidden@127.0.0.1:" + freePort());

    assertThat(of("nats", findings))
        .singleElement()
        .asString()
        .startsWith("mend: No NATS server could be reached at nats://127.0.0.1:");
    assertThat(process.out()).doesNotContain("hidden");
  }

  @Test
  void aPersonIsToldInLinesWithWhatToDoBelow() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(process.onTerminal(80).run("doctor", "--data", file.toString(), "--port", "0"))
        .isEqualTo(1);

    assertThat(process.outLines())
        .anyMatch(line -> line.matches("\\u001b\\[31mmend\\u001b\\[0m +data +.*"))
        .anyMatch(line -> line.matches(" +-> choose another --data"))
        .last()
        .asString()
        .matches("\\d+ to mend");
  }

  @Test
  void anOptionOfServeComesFromTheEnvironmentToo() {
    process
        .with("TOCSIN_MEMORY", "true")
        .with("TOCSIN_JWT_KEYS", folder.resolve("none").toString());

    assertThat(of("access", doctor())).anyMatch(line -> line.contains("none does not exist"));
  }
}
