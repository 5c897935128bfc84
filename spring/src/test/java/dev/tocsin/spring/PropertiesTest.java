package dev.tocsin.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.FreePorts;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import dev.tocsin.server.TocsinServer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/// Hubs and clients are what their properties say.
class PropertiesTest {

  @TempDir private Path folder;

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  TocsinAutoConfiguration.class, TocsinServerAutoConfiguration.class));

  private final ApplicationContextRunner withHub =
      runner.withPropertyValues("tocsin.server.enabled=true", "tocsin.server.port=0");

  private static int status(TocsinServer hub, String path, String headers) {
    try (RawClient client = RawClient.to(hub.uri().getPort())) {
      return client.ask("GET " + path + " HTTP/1.1\r\n" + headers + "\r\n").status();
    }
  }

  private String newKeys(Path file) throws Exception {
    ApiKey key = ApiKey.generate(new SecureRandom());
    new KeysFile(file)
        .add(
            new StoredKey(
                key.id(), "app", key.digest(), Rights.ALL, Limits.NONE, Instant.EPOCH, null));
    return key.text();
  }

  @Test
  void theHubListensWhereTheySay() {
    int port = FreePorts.find(1).getFirst();
    withHub
        .withPropertyValues("tocsin.server.port=" + port)
        .run(context ->
            assertThat(context.getBean(TocsinServer.class).uri().getPort()).isEqualTo(port));
    withHub
        .withPropertyValues("tocsin.server.host=0.0.0.0")
        .run(context -> assertThat(context).getFailure().hasStackTraceContaining("at 0.0.0.0"));
    withHub
        .withPropertyValues("tocsin.server.host=0.0.0.0", "tocsin.server.insecure=true")
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(TocsinServer.class));
  }

  @Test
  void theHubServesWhatTheySay() {
    String foreign = "Host: localhost\r\nOrigin: https://console.example\r\n";
    withHub.run(context -> {
      TocsinServer hub = context.getBean(TocsinServer.class);
      assertThat(status(hub, "/console/", "Host: localhost\r\n")).isEqualTo(200);
      assertThat(status(hub, "/healthz", "Host: hub.example\r\n")).isEqualTo(403);
      assertThat(status(hub, "/api/v1/stats", foreign)).isEqualTo(403);
    });
    withHub
        .withPropertyValues(
            "tocsin.server.console=false",
            "tocsin.server.allowed-hosts=hub.example",
            "tocsin.server.allowed-origins=https://console.example")
        .run(context -> {
          TocsinServer hub = context.getBean(TocsinServer.class);
          assertThat(status(hub, "/console/", "Host: localhost\r\n")).isEqualTo(404);
          assertThat(status(hub, "/healthz", "Host: hub.example\r\n")).isEqualTo(200);
          assertThat(status(hub, "/api/v1/stats", foreign)).isEqualTo(200);
        });
  }

  @Test
  void aCustomizerHasTheLastWord() {
    withHub
        .withPropertyValues("tocsin.server.console=true")
        .withBean(TocsinServerCustomizer.class, () -> builder -> builder.console(false))
        .run(context -> {
          TocsinServer hub = context.getBean(TocsinServer.class);
          assertThat(status(hub, "/console/", "Host: localhost\r\n")).isEqualTo(404);
        });
  }

  @Test
  void theHubKeepsItsLogWhereTheySayAndAsMuch() {
    Path data = folder.resolve("data");
    ApplicationContextRunner onDisk = withHub.withPropertyValues("tocsin.server.data=" + data);
    onDisk.run(context -> context.getBean(TocsinTemplate.class).send(alert("a", "before")));
    onDisk.run(context ->
        assertThat(context.getBean(TocsinTemplate.class).send(alert("a", "after"))).isEqualTo(2));

    withHub
        .withPropertyValues("tocsin.server.retain=100KB")
        .run(context -> {
          TocsinServer hub = context.getBean(TocsinServer.class);
          for (int i = 0; i < 100; i++) {
            hub.publish(alert("a-" + i, "x".repeat(5_000))).join();
          }
          assertThat(hub.hub().log().state().oldest()).isBetween(50L, 100L);
        });
  }

  private static AlertDeletedPayload alert(String id, String text) {
    return new AlertDeletedPayload(id, text);
  }

  @Test
  void aHubWithKeysLetsInWhoeverShowsOneOfThem() throws Exception {
    Path file = folder.resolve("keys.json");
    String key = newKeys(file);
    ApplicationContextRunner withKeys =
        withHub.withPropertyValues("tocsin.server.keys=" + file, "tocsin.client.connect=at-once");

    withKeys.run(context -> assertThat(context).hasFailed());
    withKeys
        .withPropertyValues("tocsin.client.key=" + key)
        .run(context ->
            assertThat(context.getBean(TocsinTemplate.class).send(alert("a", "b"))).isEqualTo(1));
  }

  @Test
  void theClientComesBackWithTheDelaysThatTheySay() {
    runner
        .withPropertyValues(
            "tocsin.client.connect=never",
            "tocsin.client.first-delay=70ms",
            "tocsin.client.longest-delay=90s")
        .run(context -> {
          ClientOptions options = context.getBean(ClientOptions.class);
          assertThat(options.firstDelay()).isEqualTo(Duration.ofMillis(70));
          assertThat(options.longestDelay()).isEqualTo(Duration.ofSeconds(90));
        });
  }

  @Test
  void aHubWithACertificateIsTrustedForItsAuthority() throws Exception {
    TestCertificate authority = TestCertificate.authority("authority");
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    authority.issue("server").write(certificate, key);
    Path trusted = folder.resolve("authority.pem");
    authority.write(trusted, folder.resolve("authority-key.pem"));
    try (TocsinServer hub =
        TocsinServer.builder().port(0).tls(new TlsFiles(certificate, key, null)).start()) {
      ApplicationContextRunner client =
          runner.withPropertyValues(
              "tocsin.client.url=" + hub.url(), "tocsin.client.connect=at-once");

      client.run(context -> assertThat(context).hasFailed());
      client
          .withPropertyValues("tocsin.client.authorities=" + trusted)
          .run(context ->
              assertThat(context.getBean(TocsinTemplate.class).send(alert("a", "b"))).isEqualTo(1));
    }
  }
}
