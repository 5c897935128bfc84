package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Set;
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
  void whatCannotBeIsRefusedBeforeAnythingIsOpened() {
    assertThatThrownBy(() -> builder().onDisk(folder.resolve("log")).loops(0).start())
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder.resolve("log")).doesNotExist();
  }
}
