package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.TinyWebSocketServer.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client shows its server, and what it makes of the answers.
@Timeout(60)
class ClientCredentialsTest {

  private static final String EXPIRING =
      "{\"action\":\"expiring\",\"at\":\"2026-01-09T12:00:00Z\"}";

  private final Recorder recorder = new Recorder();
  private final AtomicReference<String> credential = new AtomicReference<>("first-secret");
  private final AtomicInteger asked = new AtomicInteger();
  private TinyWebSocketServer server;
  private TocsinClient client;

  @BeforeEach
  void listen() throws IOException {
    server = new TinyWebSocketServer();
    client =
        client(() -> {
          asked.incrementAndGet();
          return credential.get();
        });
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private TocsinClient client(CredentialSupplier supplier) {
    return new TocsinClient(
        server.options(Duration.ofSeconds(6)).withCredentials(supplier), recorder);
  }

  private Peer connected() throws Exception {
    CompletableFuture<Position> connecting = client.connect();
    Peer peer = server.accept();
    peer.established("e1", 4);
    connecting.get();
    assertThat(recorder.next()).isEqualTo("connected 4");
    return peer;
  }

  private Peer back() throws Exception {
    Peer peer = server.accept();
    peer.established("e1", 4);
    peer.resumed(4, 4);
    return peer;
  }

  @Test
  void theCredentialGoesIntoTheHeaderOfTheUpgradeAndNowhereElse() throws Exception {
    Peer peer = connected();

    assertThat(peer.authorization()).isEqualTo("Bearer first-secret");
    assertThat(peer.target()).doesNotContain("secret");
  }

  @Test
  void withoutACredentialThereIsNoHeader() throws Exception {
    client = new TocsinClient(server.options(Duration.ofSeconds(6)), recorder);

    assertThat(connected().authorization()).isEmpty();
  }

  @Test
  void eachConnectionIsMadeWithTheNewestCredential() throws Exception {
    Peer peer = connected();
    credential.set("second-secret");

    peer.vanish();

    assertThat(back().authorization()).isEqualTo("Bearer second-secret");
    assertThat(asked).hasValue(2);
  }

  @Test
  void anExpiringCredentialIsRenewedOnTheOpenConnection() throws Exception {
    Peer peer = connected();
    credential.set("second-secret");

    peer.send(EXPIRING);

    assertThat(peer.receive())
        .isEqualTo("{\"action\":\"authenticate\",\"id\":\"1\",\"token\":\"second-secret\"}");
    peer.send("{\"action\":\"authenticated\",\"id\":\"1\",\"name\":\"n\",\"sequence\":4}");
    peer.event(5, 4);
    assertThat(recorder.next()).isEqualTo("event 5");
  }

  @Test
  void theSameCredentialIsNotSentAgain() throws Exception {
    Peer peer = connected();

    peer.send(EXPIRING);
    while (asked.get() < 2) {
      Thread.onSpinWait();
    }
    credential.set("second-secret");
    peer.send(EXPIRING);

    assertThat(peer.receive()).contains("second-secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"forbidden", "unauthenticated"})
  void aRefusedRenewalIsToldAndTheConnectionGoesOn(String code) throws Exception {
    Peer peer = connected();
    credential.set("second-secret");
    peer.send(EXPIRING);
    peer.receive();

    peer.refused("1", code, "Not you");
    peer.event(5, 4);

    assertThat(recorder.next())
        .isEqualTo("error " + code + ": The credential was not renewed: Not you");
    assertThat(recorder.next()).isEqualTo("event 5");
  }

  @Test
  void aRenewalThatWasRefusedMayStillOpenTheNextConnection() throws Exception {
    Peer peer = connected();
    credential.set("second-secret");
    peer.send(EXPIRING);
    peer.receive();
    peer.refused("1", "forbidden", "Another name");
    recorder.next();

    peer.close(4410, "expired");

    assertThat(back().authorization()).isEqualTo("Bearer second-secret");
    assertThat(recorder.next()).isEqualTo("disconnected 4410: expired");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void comesBackWithAnotherCredentialWhenOneHasEnded() throws Exception {
    Peer peer = connected();
    credential.set("second-secret");

    peer.close(4410, "revoked");

    assertThat(back().authorization()).isEqualTo("Bearer second-secret");
    assertThat(recorder.next()).isEqualTo("disconnected 4410: revoked");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void staysAwayWhenTheEndedCredentialIsTheOnlyOne() throws Exception {
    Peer peer = connected();

    peer.close(4410, "revoked");

    assertThat(recorder.next()).isEqualTo("disconnected 4410: revoked");
    assertThat(recorder.next())
        .startsWith("disconnected 4410 for good: ")
        .contains("the credential has ended", "give the client a key or token")
        .doesNotContain("secret");
  }

  @Test
  void saysAtOnceThatItStaysAwayWhenNoOtherCredentialCanCome() throws Exception {
    client = client(CredentialSupplier.of("first-secret"));
    Peer peer = connected();

    peer.close(4410, "revoked");

    assertThat(recorder.next())
        .startsWith("disconnected 4410 for good: ")
        .contains("revoked", "give the client a key or token")
        .doesNotContain("secret");
  }

  @Test
  void staysAwayWithoutACredential() throws Exception {
    client = new TocsinClient(server.options(Duration.ofSeconds(6)), recorder);
    Peer peer = connected();

    peer.close(4410, "revoked");

    assertThat(recorder.next()).startsWith("disconnected 4410 for good: ").contains("revoked");
  }

  @ParameterizedTest
  @CsvSource({
    "4401, give the client a key or token that the server knows and that has not ended",
    "4403, whoever runs the server can allow it"
  })
  void finalCodesSayWhatToDo(int code, String advice) throws Exception {
    connected().close(code, "Not you");

    assertThat(recorder.next())
        .startsWith("disconnected " + code + " for good: ")
        .contains("Not you", advice);
  }

  @ParameterizedTest
  @CsvSource({
    "401 Unauthorized, unauthenticated, UNAUTHENTICATED, give the client a key or token",
    "403 Forbidden, forbidden, FORBIDDEN, whoever runs the server can allow it"
  })
  void aRefusedUpgradeIsFinalAndSaysWhatToDo(
      String status, String error, ConnectFailedException.Kind kind, String advice)
      throws Exception {
    CompletableFuture<Position> connecting = client.connectPatiently();

    server.refuse(status, "{\"error\":\"" + error + "\",\"detail\":\"Not you\"}");

    assertThatThrownBy(connecting::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessageContaining("Not you")
        .hasMessageContaining(advice)
        .hasMessageNotContaining("secret")
        .isInstanceOfSatisfying(
            ConnectFailedException.class,
            failure -> {
              assertThat(failure.kind()).isEqualTo(kind);
              assertThat(failure.isRetryable()).isFalse();
            });
  }

  @Test
  void comesBackWhenTheServerHasSaidSo() throws Exception {
    CompletableFuture<Duration> told = new CompletableFuture<>();
    client =
        new TocsinClient(
            server.options(Duration.ofSeconds(6)),
            new ClientListener() {
              @Override
              public void onDisconnected(int code, String reason, Duration retryIn) {
                told.complete(retryIn);
              }
            });
    client.connectPatiently();

    server.refuse(
        "429 Too Many Requests",
        "application/problem+json",
        "Retry-After: 7\r\n",
        "{\"error\":\"rate_limited\",\"detail\":\"Later\"}");

    assertThat(told.get()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void tooManyConnectionsIsNoReasonToStayAway() throws Exception {
    Peer peer = connected();

    peer.send(
        """
        {"type":"connection.error","payload":{"error":"too_many_connections","message":"Later",\
        "details":{"retry_after_ms":20},"timestamp":"2026-01-09T12:00:00Z"},\
        "timestamp":"2026-01-09T12:00:00Z"}\
        """);
    peer.close(4529, "");

    back();
    assertThat(recorder.next()).isEqualTo("disconnected 4529: Later");
    assertThat(recorder.next()).isEqualTo("connected 4 after 4");
  }

  @Test
  void theSupplierMayBlockWhileTheClientDoesOtherThings() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    client =
        client(() -> {
          gate.await();
          return "late-secret";
        });
    CompletableFuture<Position> connecting = client.connect();

    assertThat(client.subscribe(List.of("a.*")).get())
        .isEqualTo(new SubscriptionOutcome.Remembered());
    gate.countDown();

    Peer peer = server.accept();
    peer.established("e1", 4);
    assertThat(peer.authorization()).isEqualTo("Bearer late-secret");
    connecting.get();
  }

  @Test
  void whatASupplierThrowsIsNotRepeated() {
    client =
        client(() -> {
          throw new IOException("token=first-secret has gone bad");
        });

    assertThatThrownBy(() -> client.connect().get())
        .cause()
        .hasMessageContaining("no credential at the moment")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "line\nbreak: x", "gr\u00FCn"})
  void whatIsNoCredentialGoesNowhere(String text) {
    client = client(CredentialSupplier.of(text));

    assertThatThrownBy(() -> client.connect().get())
        .cause()
        .hasMessageContaining("what is supplied is no credential");
  }

  @Test
  void optionsShowNoCredential() {
    assertThat(server.options(Duration.ofSeconds(6)).withCredential("tocsin_a_secret").toString())
        .doesNotContain("secret");
  }
}
