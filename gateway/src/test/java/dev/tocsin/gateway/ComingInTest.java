package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawClient;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.AddressRules;
import dev.tocsin.http.Transport;
import dev.tocsin.http.TrustedProxies;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who comes in, at moments and from places at which it goes wrong easily.
class ComingInTest {

  private static final String HEADER = "Authorization: Bearer any";

  private static final Grants NOTHING = new Grants(List.of());
  private static final Grants ALERTS =
      new Grants(List.of(new Grants.Grant(List.of(EventPattern.of("alert.*")), null)));

  private static TestServer start(Authenticator authenticator) {
    return TestServer.start(
        TestServer.settings(Transport.AUTO).with(TestAuthenticator.settings(authenticator)));
  }

  private static void awaitNobody(TestServer server) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (server.openConnections() > 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      server.passSeconds(1);
    }
  }

  private static boolean comesIn(RawClient client) {
    HttpAnswer answer = client.ask(RawWebSocket.handshake("/ws/events", HEADER));
    assertThat(answer.status()).isIn(101, 429);
    return answer.status() == 101;
  }

  /// It is asked at the door, before the upgrade and once a second: at each of them it may have just ended.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void whoeverComesWhileHisCredentialEndsIsCountedAsLongAsHeIsThere(int asked) {
    AtomicInteger left = new AtomicInteger(asked);
    Access one = new Access("one", Rights.ALL, new Limits(1L, null, null), null);
    Authenticator authenticator =
        credential ->
            CompletableFuture.completedFuture(
                new Authenticator.Outcome.Accepted(
                    () -> left.getAndDecrement() > 0 ? Optional.of(one) : Optional.empty()));
    try (TestServer server = start(authenticator)) {
      try (RawClient client = server.client()) {
        client.ask(RawWebSocket.handshake("/ws/events", HEADER));
        server.passSeconds(2);
      }
      awaitNobody(server);
      left.set(Integer.MAX_VALUE);
      try (RawClient first = server.client();
          RawClient second = server.client()) {
        assertThat(comesIn(first)).as("nobody is counted who has gone").isTrue();
        assertThat(comesIn(second)).as("and everybody who is there").isFalse();
      }
    }
  }

  @Test
  void whoseCredentialHasEndedDuringTheUpgradeIsTold() {
    AtomicInteger left = new AtomicInteger(1);
    Authenticator authenticator =
        credential ->
            CompletableFuture.completedFuture(
                new Authenticator.Outcome.Accepted(() ->
                    left.getAndDecrement() > 0 ? Optional.of(Access.ANYONE) : Optional.empty()));
    try (TestServer server = start(authenticator);
        RawClient client = server.client()) {
      assertThat(client.ask(RawWebSocket.handshake("/ws/events", HEADER)).status()).isEqualTo(101);
      try (RawWebSocket socket = RawWebSocket.of(client)) {
        assertThat(socket.message().path("payload").path("error").asString())
            .isEqualTo("unauthenticated");
        assertThat(socket.closeFrame().closeCode()).isEqualTo(4401);
      }
    }
  }

  @Test
  void whoHasSaidInTimeWhoItIsIsNotLateWhileThatIsFoundOut() {
    TestAuthenticator door = new TestAuthenticator();
    CompletableFuture<Void> gate = new CompletableFuture<>();
    door.gate = gate;
    try (TestServer server = start(door);
        RawClient client = server.client()) {
      assertThat(client.ask(RawWebSocket.handshake("/ws/events")).status()).isEqualTo(101);
      RawWebSocket socket = RawWebSocket.of(client);
      socket.say(
          "{\"action\":\"authenticate\",\"token\":\"" + TestAuthenticator.ROOT + "\",\"id\":1}");
      while (gate.getNumberOfDependents() == 0) {
        LockSupport.parkNanos(1_000_000);
      }
      server.passSeconds(20);
      gate.complete(null);

      assertThat(socket.message().path("type").asString()).isEqualTo("connection.established");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"half a message", "pings", "nothing"})
  void whoDoesNotSayWhoItIsHasTenSecondsWhateverElseItDoes(String what) throws IOException {
    try (TestServer server = start(new TestAuthenticator());
        RawClient client = server.client()) {
      assertThat(client.ask(RawWebSocket.handshake("/ws/events")).status()).isEqualTo(101);
      RawWebSocket socket = RawWebSocket.of(client);
      for (int i = 0; i < 9; i++) {
        if (what.equals("pings")) {
          socket.send(Frame.PING, new byte[0]);
          assertThat(socket.frame().first()).isEqualTo(Frame.PONG);
        } else if (what.equals("half a message") && i == 0) {
          client.send(new byte[] {0x01, (byte) 0x81, 0, 0, 0, 0, '{'});
        }
        server.passSeconds(1);
      }
      assertThat(client.isSilentFor(100)).isTrue();
      server.passSeconds(3);

      assertThat(socket.closeFrame().closeCode()).isEqualTo(4401);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, false, false, 101",
    "false, true, false, 101",
    "false, false, true, 403",
    "false, false, false, 403"
  })
  void whoMayReadOrPublishSomethingMayConnect(
      boolean reads, boolean publishes, boolean manages, int status) {
    TestAuthenticator door = new TestAuthenticator();
    door.let(
        "any",
        "any",
        new Rights(
            reads ? ALERTS : NOTHING,
            publishes ? ALERTS : NOTHING,
            manages ? Set.of("metrics") : Set.of()));
    try (TestServer server = start(door);
        RawClient client = server.client()) {
      assertThat(client.ask(RawWebSocket.handshake("/ws/events", HEADER)).status())
          .isEqualTo(status);
    }
  }

  @Test
  void aPatternOfWhichNothingMayBeReadIsNamedInWarningsOfHistoryToo() {
    TestAuthenticator door = new TestAuthenticator();
    door.let("any", "any", new Rights(ALERTS, NOTHING, Set.of()));
    try (TestServer server = start(door)) {
      HttpAnswer answer = server.ask(get("/api/v1/events?events=alert.*,job.*,alrt.*", HEADER));

      assertThat(answer.json().path("warnings").valueStream())
          .extracting(
              warning -> warning.path("pattern").asString() + " " + warning.path("code").asString())
          .containsExactly("job.* denied", "alrt.* unknown");
    }
  }

  private static List<Audit.Entry> audited(TrustedProxies proxies, String... headers) {
    List<Audit.Entry> audited = new CopyOnWriteArrayList<>();
    AccessSettings settings =
        new AccessSettings(
            new TestAuthenticator(),
            false,
            new AddressRules(0, proxies),
            new AccessSettings.ProxyHeaders("X-User", "X-Roles"),
            audited::add);
    try (TestServer server = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      server.ask(get("/api/v1/stats", headers));
    }
    return audited;
  }

  /// The socket is opened only to say why, and what is wrong was written down before.
  @Test
  void aBadTicketIsRefusedOnce() {
    List<Audit.Entry> audited = new CopyOnWriteArrayList<>();
    AccessSettings settings =
        new AccessSettings(new TestAuthenticator(), false, AddressRules.NONE, null, audited::add);
    try (TestServer server = TestServer.start(TestServer.settings(Transport.AUTO).with(settings));
        RawClient client = server.client()) {
      client.ask(RawWebSocket.handshake("/ws/events?ticket=used-before"));
      assertThat(RawWebSocket.of(client).closeFrame().closeCode()).isEqualTo(4401);
    }
    assertThat(audited)
        .extracting(Audit.Entry::what, Audit.Entry::reason)
        .containsExactly(
            tuple(Audit.What.CREDENTIAL_REFUSED, "a ticket that is unknown, used or too old"));
  }

  @Test
  void onlyATrustedProxySaysFromWhereSomebodyComes() {
    String[] headers = {
      "X-Forwarded-For: 203.0.113.9", "Authorization: Bearer " + TestAuthenticator.ROOT
    };

    assertThat(audited(TrustedProxies.of(List.of("10.0.0.0/8")), headers))
        .extracting(Audit.Entry::address)
        .containsExactly("127.0.0.1");
    assertThat(audited(TrustedProxies.of(List.of("127.0.0.1")), headers))
        .extracting(Audit.Entry::address)
        .containsExactly("203.0.113.9");
  }

  /// Bad credentials count against the client that a trusted proxy names, not against the proxy.
  @Test
  void failuresCountForWhomAProxySpeaks() {
    AccessSettings settings =
        new AccessSettings(
            new TestAuthenticator(),
            false,
            new AddressRules(0, TrustedProxies.of(List.of("127.0.0.1"))),
            null,
            Audit.NONE);
    try (TestServer server = TestServer.start(TestServer.settings(Transport.AUTO).with(settings))) {
      for (int i = 0; i < FailedAttempts.MAX_PER_MINUTE + 1; i++) {
        server.ask(get("/api/v1/stats", "X-Forwarded-For: 203.0.113.9", HEADER));
      }
      assertThat(server.ask(get("/api/v1/stats", "X-Forwarded-For: 203.0.113.9", HEADER)).status())
          .isEqualTo(429);
      assertThat(server.ask(get("/api/v1/stats", "X-Forwarded-For: 203.0.113.8", HEADER)).status())
          .isEqualTo(401);
    }
  }
}
