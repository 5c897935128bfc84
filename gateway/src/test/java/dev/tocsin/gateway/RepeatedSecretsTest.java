package dev.tocsin.gateway;

import static dev.tocsin.fixtures.RawClient.get;
import static dev.tocsin.fixtures.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.HttpAnswer;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.Transport;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Wherever a client puts a credential that does not belong there, no answer and no line of the log repeats it.
class RepeatedSecretsTest {

  private static final String SECRET = "Zq7xW3vK9pLmN2bR5tYcG8hJ4dFsA6eU";
  private static final String KEY = "tocsin_abcdefghjk_" + SECRET + "q1w2e3r4t5y";
  private static final String TOKEN =
      "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJh" + SECRET + "In0.c2lnbmF0dXJl" + SECRET;
  private static final String ROOT = "Authorization: Bearer " + TestAuthenticator.ROOT;

  private final TestServer server =
      TestServer.start(
          TestServer.settings(Transport.AUTO)
              .with(TestAuthenticator.settings(new TestAuthenticator())));

  @BeforeEach
  void forget() {
    RecordedLogs.takeInformation();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  static Stream<Arguments> credentials() {
    return Stream.of(Arguments.of(KEY), Arguments.of(TOKEN));
  }

  private HttpAnswer publish(String mediaType, String body) {
    return server.ask(request("POST", "/api/v1/events", body, "Content-Type: " + mediaType, ROOT));
  }

  private static String event(String type, String payload) {
    return "{\"type\":\"" + type + "\",\"payload\":" + payload + "}";
  }

  private static void assertUnsaid(String said) {
    String all = said + RecordedLogs.takeInformation();
    assertThat(all).doesNotContain(SECRET.substring(0, 12));
    // Hosts and patterns are repeated in lower case.
    assertThat(all).doesNotContainIgnoringCase(KEY.substring(0, 30));
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void aCredentialInAPathCountsAsLeakedAndIsNotRepeated(String credential) {
    String encoded = "%" + Integer.toHexString(credential.charAt(0)) + credential.substring(1);
    for (String path :
        List.of(
            "/api/v1/" + credential,
            "/api/v1/catalog/" + credential,
            "/api/v1/catalog/" + encoded,
            "/api/v1/catalog/" + credential + "/schema",
            "/" + encoded + "/healthz")) {
      HttpAnswer answer = server.ask(get(path, ROOT));
      assertThat(answer.problem()).as(path).isEqualTo("400 invalid_query");
      assertThat(answer.text()).contains("leaked");
      assertUnsaid(answer.text());
      assertUnsaid(server.ask(request("PUT", path, "", ROOT)).text());
      assertUnsaid(server.ask(request("OPTIONS", path, "", ROOT)).text());
    }
    // What cannot be decoded, or may not be asked for, is refused before that is seen.
    assertUnsaid(server.ask(get("/%zz/" + encoded, ROOT)).text());
    assertUnsaid(server.ask(get("/" + encoded, "Origin: https://evil.example", ROOT)).text());
    assertUnsaid(server.ask(get("/" + credential, "Origin: https://evil.example", ROOT)).text());
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void noAnswerToAnEventRepeatsACredential(String credential) {
    for (String event :
        List.of(
            event(credential, "{}"),
            event("alert.deleted", "{\"" + credential + "\":1}"),
            event("alert.deleted", "{\"id\":\"a\",\"" + credential + "\":{}}"),
            event("alert.created", "{\"id\":\"a\",\"severity\":\"" + credential + "\"}"),
            event("alert.deleted", "\"" + credential + "\""),
            "{\"" + credential + "\":1}",
            "\"" + credential + "\"",
            credential)) {
      assertUnsaid(publish("application/json", event).text());
      assertUnsaid(publish("application/x-ndjson", event + "\n").text());
      HttpAnswer some = publish("application/x-ndjson", TestServer.alert("a") + "\n" + event);
      assertThat(some.status()).isEqualTo(200);
      assertUnsaid(some.text());
      assertUnsaid(
          server
              .ask(
                  request(
                      "POST",
                      "/api/v1/catalog/alert.created/validate",
                      event,
                      "Content-Type: application/json",
                      ROOT))
              .text());
    }
    assertUnsaid(publish(credential, "{}").text());
  }

  @ParameterizedTest
  @MethodSource("credentials")
  void noAnswerToAnActionRepeatsACredential(String credential) {
    RawWebSocket socket =
        RawWebSocket.opened(
            server.client().send(RawWebSocket.handshake("/ws/events?events=none", ROOT)));
    try (socket) {
      for (String action :
          List.of(
              "{\"action\":\"" + credential + "\"}",
              "{\"" + credential + "\":1}",
              credential,
              "{\"action\":\"ping\",\"" + credential + "\":1}",
              "{\"action\":\"subscribe\",\"events\":[\"" + credential + "\"]}",
              "{\"action\":\"subscribe\",\"events\":[\"[" + credential + "\"]}",
              "{\"action\":\"subscribe\",\"events\":\"" + credential + "\"}",
              "{\"action\":\"subscribe\",\"events\":[\"alert.*\"],\"where\":{\""
                  + credential
                  + "\":1}}",
              "{\"action\":\"subscribe\",\"events\":[\"alert.*\"],\"where\":{\"severity\":\""
                  + credential
                  + "\"}}",
              "{\"action\":\"unsubscribe\",\"events\":[\"" + credential + "\"]}",
              "{\"action\":\"resume\",\"since\":\"" + credential + "\"}",
              "{\"action\":\"authenticate\",\"token\":\"" + credential + "\"}",
              "{\"action\":\"publish\",\"event\":" + event(credential, "{}") + "}",
              "{\"action\":\"publish\",\"event\":"
                  + event("alert.created", "{\"severity\":\"" + credential + "\"}")
                  + "}")) {
        assertUnsaid(socket.ask(action).toString());
      }
    }
    assertUnsaid(server.ask(get("/api/v1/stats", ROOT)).text());
    assertUnsaid(server.ask(get("/metrics", ROOT)).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: %s",
        "Origin: https://%s",
        "Origin: %s",
        "Expect: %s",
        "Transfer-Encoding: %s",
        "Authorization: %s",
        "Authorization: Basic %s",
        "Sec-WebSocket-Version: %s",
        "Sec-WebSocket-Protocol: %s",
        "Sec-WebSocket-Extensions: %s",
        "Cookie: token=%s",
        "%s: x"
      })
  void noAnswerToAHeaderRepeatsAKey(String header) {
    String sent = header.formatted(KEY);
    assertUnsaid(server.ask(get("/api/v1/stats", sent)).text());
    assertUnsaid(server.ask(RawWebSocket.handshake("/ws/events", sent)).text());
  }
}
