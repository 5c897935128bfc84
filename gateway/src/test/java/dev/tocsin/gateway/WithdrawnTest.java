package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.chunk;
import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.http.Transport;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A credential ends, or opens less than before, in the middle of a request or of its answer.
class WithdrawnTest {

  private static final String TOKEN = "token";
  private static final String BEARER = "Authorization: Bearer " + TOKEN;
  private static final String STREAM =
      "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
          + "Transfer-Encoding: chunked\r\n"
          + BEARER
          + "\r\n\r\n";

  private static final Rights ALERTS =
      new Rights(
          new Grants(List.of(new Grants.Grant(List.of(EventPattern.of("alert.*")), null))),
          new Grants(List.of()),
          Set.of());

  private final TestAuthenticator door = new TestAuthenticator();
  private final TestServer server =
      TestServer.start(TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(door)));

  WithdrawnTest() {
    door.let(TOKEN, "somebody", Rights.ALL);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /// Begins to read a page of so many events, more than the client's side holds.
  private RawClient reader(int events) throws IOException {
    for (int i = 0; i < events; i++) {
      server.publish(TestServer.large("a" + i, 60_000));
    }
    RawClient client = RawClient.to(server.port(), 8 * 1024);
    client.send(get("/api/v1/events?limit=1000", BEARER)).bytes(1_000);
    return client;
  }

  /// What is still to be had.
  private static long rest(RawClient client) {
    long count = 0;
    try {
      client.socket().setSoTimeout(500);
      while (true) {
        client.readByte();
        count++;
      }
    } catch (IOException e) {
      return count;
    }
  }

  /// The larger page waits in the server, the smaller one in the kernel.
  @ParameterizedTest
  @CsvSource({"15, true", "15, false", "60, true", "60, false"})
  void aPageThatIsBeingReadIsCutWhenItsCredentialEndsOrOpensLess(int events, boolean ends)
      throws IOException {
    try (RawClient client = reader(events)) {
      if (ends) {
        door.revoke(TOKEN);
      } else {
        door.let(TOKEN, "somebody", ALERTS);
      }
      server.passSeconds(2);

      assertThat(server.openConnections()).isZero();
      assertThat(rest(client)).isLessThan(events * 60_000L / 2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 60})
  void aPageIsReadToItsEndWhenWhatItsCredentialOpensIsTheSame(int events) throws IOException {
    try (RawClient client = reader(events)) {
      door.let(TOKEN, new Access("somebody", Rights.ALL, new Limits(7L, null, null), null));
      server.passSeconds(2);

      assertThat(rest(client)).isGreaterThan(events * 60_000L - 1_000);
    }
  }

  @Test
  void whoHasReadHisPageAsksOn() throws IOException {
    server.publish(TestServer.alert("a"));
    try (RawClient client = server.client()) {
      assertThat(client.ask(get("/api/v1/events", BEARER)).status()).isEqualTo(200);
      // The client's kernel takes a moment to acknowledge.
      server.passSeconds(15);
      door.let(TOKEN, "somebody", ALERTS);
      server.passSeconds(1);
      assertThat(client.ask(get("/api/v1/events", BEARER)).status()).isEqualTo(200);
      server.passSeconds(15);
      door.revoke(TOKEN);
      server.passSeconds(1);
      assertThat(client.ask(get("/api/v1/events", BEARER)).problem())
          .isEqualTo("401 unauthenticated");
    }
  }

  @Test
  void aStreamFromWhichNothingComesEndsWithItsCredential() {
    try (RawClient client = server.client()) {
      client.send(STREAM + chunk(TestServer.alert("a") + "\n"));
      await(1);
      door.revoke(TOKEN);
      server.passSeconds(1);
      HttpAnswer answer = client.answer();

      assertThat(answer.problem()).isEqualTo("401 unauthenticated");
      assertThat(answer.json().path("detail").asString()).isEqualTo(Door.UNAUTHENTICATED);
      assertThat(answer.header("www-authenticate")).isEqualTo("Bearer");
      assertThat(answer.json().path("accepted").asInt()).isOne();
      assertThat(answer.json().path("next_line").asInt()).isEqualTo(2);
    }
  }

  @Test
  void aBodyThatHasNotComeWholeIsNotWaitedForAfterItsCredential() {
    try (RawClient client = server.client()) {
      client.send(
          "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 100\r\n"
              + BEARER
              + "\r\n\r\n{");
      server.passSeconds(1);
      door.revoke(TOKEN);
      server.passSeconds(1);

      assertThat(client.answer().problem()).isEqualTo("401 unauthenticated");
    }
  }

  /// The lines have come, and wait because there are too many of them; then the credential is looked at, the client ends the
  /// stream, or the server stops.
  @ParameterizedTest
  @ValueSource(strings = {"looked at", "ended", "stopping"})
  void linesThatWaitAreNotPublishedAfterTheirCredentialHoweverTheStreamEnds(String how) {
    door.let(TOKEN, new Access("somebody", Rights.ALL, new Limits(null, 2L, null), null));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      lines.append(TestServer.alert("a" + i)).append('\n');
    }
    try (RawClient client = server.client()) {
      client.send(STREAM + chunk(lines.toString()));
      await(2);
      door.revoke(TOKEN);
      switch (how) {
        case "looked at" -> server.passSeconds(1);
        case "ended" -> client.finishSending();
        default -> server.gateway.stop(Duration.ofSeconds(5));
      }
      HttpAnswer answer = client.answer();

      assertThat(answer.status()).isIn(401, 503);
      assertThat(server.hub.log().state().newest()).isLessThan(5);
      assertThat(answer.json().path("next_line").asLong())
          .isEqualTo(server.hub.log().state().newest() + 1);
    }
  }

  private void await(long newest) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (server.hub.log().state().newest() < newest) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
