package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.events.Slice;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import dev.tocsin.hub.Rights;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What can be said of a server before it starts.
class ServerBuilderTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private static ServerBuilder builder() {
    return TocsinServer.builder().port(0).transport(Transport.NIO).loops(1);
  }

  private static int status(TocsinServer server, String path, String... header) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path));
    if (header.length > 0) {
      request.headers(header);
    }
    return HTTP.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  @Test
  void aServerThatOthersReachSaysWhoMayComeIn() {
    ServerBuilder open = builder().host("0.0.0.0");

    assertThatThrownBy(open::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0.0.0.0")
        .hasMessageContaining("insecure()");
    try (TocsinServer server = open.insecure().start()) {
      assertThat(server.url()).startsWith("http://");
    }
  }

  @Test
  void aServerWithKeysLetsNobodyInWithoutOne() throws Exception {
    Path file = folder.resolve("keys.json");
    ApiKey key = ApiKey.generate(new SecureRandom());
    new KeysFile(file)
        .add(
            new StoredKey(
                key.id(), "app", key.digest(), Rights.ALL, Limits.NONE, Instant.EPOCH, null));

    try (TocsinServer server = builder().keys(file).start()) {
      assertThat(status(server, "/api/v1/stats")).isEqualTo(401);
      assertThat(status(server, "/api/v1/stats", "Authorization", "Bearer " + key.text()))
          .isEqualTo(200);
    }
    // Others than this machine may reach it then.
    try (TocsinServer server = builder().host("0.0.0.0").keys(file).start()) {
      assertThat(status(server, "/api/v1/stats")).isEqualTo(401);
    }
    // Nobody has to say that he is not asked: it is asked for all the same.
    try (TocsinServer server = builder().host("0.0.0.0").keys(file).insecure().start()) {
      assertThat(status(server, "/api/v1/stats")).isEqualTo(401);
    }
  }

  private static Authenticator letting(String token) {
    Optional<Access> access = Optional.of(new Access("app", Rights.ALL, Limits.NONE, null));
    Pass pass = () -> access;
    return credential ->
        CompletableFuture.completedFuture(
            credential.equals(new Credential.Token(token))
                ? new Authenticator.Outcome.Accepted(pass)
                : new Authenticator.Outcome.Refused("another"));
  }

  @Test
  void whoComesInIsWhatWasSaidLast() throws Exception {
    Path file = folder.resolve("keys.json");
    try (TocsinServer server =
        builder().host("0.0.0.0").keys(file).authenticator(letting("open")).start()) {
      assertThat(status(server, "/api/v1/stats", "Authorization", "Bearer open")).isEqualTo(200);
      assertThat(status(server, "/api/v1/stats", "Authorization", "Bearer shut")).isEqualTo(401);
    }
    try (TocsinServer server = builder().authenticator(letting("open")).keys(file).start()) {
      assertThat(status(server, "/api/v1/stats", "Authorization", "Bearer open")).isEqualTo(401);
    }
  }

  @Test
  void aBrokenFileOfKeysIsASentence() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.json"), "{");

    assertThatThrownBy(() -> builder().keys(file).start())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("keys.json");
  }

  @Test
  void aPortThatIsTakenIsASentenceAndTheLogIsFreeAgain() {
    try (TocsinServer first = builder().start()) {
      ServerBuilder second = builder().onDisk(folder).port(first.uri().getPort());

      assertThatThrownBy(second::start)
          .isInstanceOf(ServerStartException.class)
          .hasMessageContaining(String.valueOf(first.uri().getPort()));
      try (TocsinServer third = builder().onDisk(folder).start()) {
        assertThat(third.isAlive()).isTrue();
      }
    }
  }

  @Test
  void aFolderThatIsInUseIsASentence() {
    try (TocsinServer first = builder().onDisk(folder).start()) {
      assertThat(first.isAlive()).isTrue();
      assertThatThrownBy(() -> builder().onDisk(folder).start())
          .isInstanceOf(ServerStartException.class)
          .hasMessageContaining(folder.toString());
    }
  }

  @Test
  void theConsoleAndForeignPagesAreAsSaid() throws Exception {
    try (TocsinServer plain = builder().console(false).start();
        TocsinServer other = builder().allowOrigins(Set.of("https://console.example")).start()) {
      assertThat(status(plain, "/console/")).isEqualTo(404);
      assertThat(status(plain, "/api/v1/stats", "Origin", "https://console.example"))
          .isEqualTo(403);
      assertThat(status(other, "/console/")).isEqualTo(200);
      assertThat(status(other, "/api/v1/stats", "Origin", "https://console.example"))
          .isEqualTo(200);
    }
  }

  @Test
  void aNameThatWasNotSaidIsNotServed() {
    try (TocsinServer plain = builder().start();
        TocsinServer other = builder().allowHosts(Set.of("hub.example")).start()) {
      String request = "GET /healthz HTTP/1.1\r\nHost: hub.example\r\n\r\n";
      try (RawClient toPlain = RawClient.to(plain.uri().getPort());
          RawClient toOther = RawClient.to(other.uri().getPort())) {
        assertThat(toPlain.ask(request).status()).isEqualTo(403);
        assertThat(toOther.ask(request).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aServerWithACertificateIsReachedByHttps() throws Exception {
    TestCertificate authority = TestCertificate.authority("authority");
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    authority.issue("server").write(certificate, key);
    try (TocsinServer server = builder().tls(new TlsFiles(certificate, key, null)).start();
        HttpClient client =
            HttpClient.newBuilder().sslContext(authority.clientContext(null)).build()) {
      assertThat(server.url()).startsWith("https://127.0.0.1:");
      HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/healthz")).build();
      assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aLogInMemoryKeepsWhatWasSaid() {
    try (TocsinServer server = builder().inMemory(100_000).start()) {
      for (int i = 0; i < 100; i++) {
        server.publish(new AlertDeletedPayload("a-" + i, "x".repeat(5_000))).join();
      }
      assertThat(server.hub().log().state().oldest()).isBetween(50L, 100L);
      assertThat(server.hub().log().figures().bytes()).isLessThan(150_000);
    }
    try (TocsinServer one = builder().start();
        TocsinServer other = builder().start()) {
      assertThat(one.hub().log().state().epoch()).isNotEqualTo(other.hub().log().state().epoch());
    }
  }

  @Test
  void aLogInMemoryGoesByTheServersClockAndRemembersKeys() throws Exception {
    Instant noon = Instant.parse("2026-06-01T12:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(noon);
    try (TocsinServer server = builder().clock(now::get).start()) {
      assertThat(published(server, "k")).isEqualTo(1);
      assertThat(published(server, "k")).isEqualTo(1);
      now.set(noon.plusSeconds(3_600));
      assertThat(published(server, "other")).isEqualTo(2);

      assertThat(
              server
                  .hub()
                  .log()
                  .positionAt(noon.plusSeconds(1_800))
                  .toCompletableFuture()
                  .get(30, TimeUnit.SECONDS))
          .isEqualTo(1);
    }
  }

  private static long published(TocsinServer server, String key) {
    PublishCommand command =
        new PublishCommand(
            Slice.of(
                "{\"type\":\"alert.deleted\",\"payload\":{\"id\":\"a\"}}"
                    .getBytes(StandardCharsets.UTF_8)),
            key,
            null);
    return ((PublishResult.Published) server.hub().publish(command).join()).sequence();
  }

  @Test
  void itHasSoManyLoopsAndTheTransportThatWasSaid() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (TocsinServer server = builder().loops(3).start()) {
      assertThat(server.gateway().transport()).isEqualTo("nio");
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> !before.contains(thread))
          .filteredOn(thread -> thread.getName().startsWith("tocsin-loop-"))
          .hasSize(3);
    }
  }

  @Test
  void whatCannotBeIsRefusedBeforeAnythingIsOpened() {
    assertThatThrownBy(() -> builder().onDisk(folder.resolve("log")).loops(0).start())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder.resolve("log")).doesNotExist();
  }

  @Test
  void anEmbedderIsNotToldOfTheProgramsOptions() {
    try (TocsinServer server = builder().onDisk(folder).start()) {
      assertThatThrownBy(() -> builder().port(server.uri().getPort()).start())
          .isInstanceOf(ServerStartException.class)
          .hasMessageContaining("the address is in use")
          .message()
          .doesNotContain("--");
      assertThatThrownBy(() -> builder().onDisk(folder).start())
          .isInstanceOf(ServerStartException.class)
          .hasMessageContaining("choose another folder")
          .message()
          .doesNotContain("--");
    }
  }

  @Test
  void whereItListensOnAllAddressesAClientIsTakenToTheLoopback() {
    try (TocsinServer server = builder().host("0.0.0.0").insecure().start()) {
      assertThat(server.uri().getHost()).isEqualTo("127.0.0.1");
      assertThat(server.uri().getPort()).isPositive();
    }
  }

  @Test
  void nothingIsAProtectionByMistake() {
    assertThatThrownBy(() -> builder().tls(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder().authenticator(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder().keys(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder().clock(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> builder().onDisk((Path) null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aLogThatKeepsNothingIsRefused() {
    assertThatThrownBy(() -> builder().inMemory(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder().host(" ").start())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
