package dev.tocsin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.client.TrustedCertificates;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.fixtures.TestCertificate;
import dev.tocsin.http.TlsFiles;
import dev.tocsin.http.Transport;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a program gets that depends on `tocsin-server` and nothing else: none of Netty's native jars is on the class path of
/// these tests.
class WithoutNativesTest {

  private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

  @TempDir private Path folder;

  @BeforeEach
  void forget() {
    RecordedLogs.takeInformation();
  }

  private void hearsWhatItPublishes(TocsinServer server, ClientOptions options) throws Exception {
    try (TocsinClient client = new TocsinClient(options)) {
      client.on(AlertDeletedPayload.class, (alert, event) -> came.add(alert.id()));
      client.connect().join();
      server.publish(new AlertDeletedPayload("a-1", null)).join();
      assertThat(came.poll(30, TimeUnit.SECONDS)).isEqualTo("a-1");
    }
    assertThat(server.gateway().transport()).isEqualTo("nio");
    if (System.getProperty("os.name").equals("Linux")) {
      assertThat(RecordedLogs.takeInformation())
          .filteredOn(line -> line.contains("nio"))
          .singleElement()
          .asString()
          .hasLineCount(1)
          .contains("tocsin-natives");
    }
  }

  @Test
  void aServerServesOverTheSocketsOfTheJdkAndSaysSo() throws Exception {
    try (TocsinServer server = TocsinServer.builder().port(0).start()) {
      hearsWhatItPublishes(server, ClientOptions.of(server.uri()));
    }
  }

  @Test
  void soItDoesWithTheTlsOfTheJdk() throws Exception {
    Path certificate = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    TestCertificate.selfSigned("127.0.0.1").write(certificate, key);

    try (TocsinServer server =
        TocsinServer.builder().port(0).tls(new TlsFiles(certificate, key, null)).start()) {
      hearsWhatItPublishes(
          server, ClientOptions.of(server.uri()).withSsl(TrustedCertificates.of(certificate)));
    }
  }

  @Test
  void whoWantsThoseOfTheKernelIsToldWhatIsMissing() {
    ServerBuilder wanting = TocsinServer.builder().port(0).transport(Transport.EPOLL);

    assertThatThrownBy(wanting::start)
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("tocsin-natives");
  }
}
